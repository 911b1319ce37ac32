package seal

import (
	"encoding/hex"
	"testing"
)

// The suite is the one of RFC 9180: its test vector for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM in base mode opens
// (test-vectors.json of cfrg/draft-irtf-cfrg-hpke, first encryption).
func TestVectorOfRFC9180(t *testing.T) {
	t.Parallel()
	of := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if kem.ID() != 0x20 || kdf.ID() != 1 || aead.ID() != 2 {
		t.Fatalf("the suite is %#x, %#x, %#x", kem.ID(), kdf.ID(), aead.ID())
	}
	key, err := kem.NewPrivateKey(of("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(key.PublicKey().Bytes()); got != "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c" {
		t.Errorf("the public half is %s", got)
	}
	encapsulated := of("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256")
	info, bound := of("4f6465206f6e2061204772656369616e2055726e"), of("436f756e742d30")
	sealed := of("e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a")
	text, err := openPrivate(key, encapsulated, info, bound, sealed)
	if err != nil || hex.EncodeToString(text) != "4265617574792069732074727574682c20747275746820626561757479" {
		t.Errorf("opened as %q, %v", text, err)
	}
	if len(encapsulated) != encapsulatedBytes {
		t.Errorf("the encapsulated key has %d bytes", len(encapsulated))
	}
	again, sealed, err := sealPublic(key.PublicKey(), info, bound, text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openPrivate(key, again, info, bound, sealed); err != nil || string(got) != string(text) {
		t.Errorf("what was sealed here opens as %q, %v", got, err)
	}
}
