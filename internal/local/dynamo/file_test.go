package dynamo

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func TestEnsureTable(t *testing.T) {
	t.Parallel()
	srv := open(t, Options{})
	srv.create(t)
	srv.put(t, item{"pk": str("p"), "sk": str("s"), "until": num("5000000000")})
	srv.create(t)
	other := strings.Replace(testTable, `"AttributeName":"ttl"`, `"AttributeName":"until"`, 1)
	other = strings.Replace(other, `"BillingMode"`, `"DeletionProtectionEnabled":true,"BillingMode"`, 1)
	for range 2 {
		if err := srv.EnsureTable([]byte(other)); err != nil {
			t.Fatal(err)
		}
		srv.restart(t)
	}
	d, err := srv.api.DescribeTimeToLive(context.Background(), &dynamodb.DescribeTimeToLiveInput{TableName: things})
	if err != nil || *d.TimeToLiveDescription.AttributeName != "until" {
		t.Error(d, err)
	}
	table, err := srv.api.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: things})
	if err != nil || !*table.Table.DeletionProtectionEnabled || *table.Table.ItemCount != 1 {
		t.Error(table, err)
	}
	for change, want := range map[string]string{
		`"AttributeType":"N"`:    "table things is there with another set of global secondary indexes; remove the data file to start afresh",
		`NEW_AND_OLD_IMAGES`:     "table things is there with another stream; remove the data file to start afresh",
		`"StreamViewType"`:       `reading the table's definition: json: unknown field "Elsewhere"`,
		`"KEYS_ONLY"`:            "table things is there with another set of global secondary indexes; remove the data file to start afresh",
		`{"TableName":"things",`: "table : ValidationException: 1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null",
	} {
		to := map[string]string{`"AttributeType":"N"`: `"AttributeType":"B"`, `NEW_AND_OLD_IMAGES`: `NEW_IMAGE`, `"StreamViewType"`: `"Elsewhere":1,"StreamViewType"`, `"KEYS_ONLY"`: `"ALL"`, `{"TableName":"things",`: `{`}[change]
		if err := srv.EnsureTable([]byte(strings.Replace(testTable, change, to, 1))); err == nil || err.Error() != want {
			t.Errorf("%s → %s: %v", change, to, err)
		}
	}
}

func TestDataFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "data.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, err error, text string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = Open(path, Options{})
	want("a second opening", err, "is held by another process")
	if err := db.EnsureTable([]byte(testTable)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{"text": []byte(strings.Repeat("not a database\n", 1000)), "a short file": []byte("x"), "half of it": whole[:len(whole)/2], "zeros": make([]byte, 1<<16)} {
		broken := filepath.Join(dir, "broken.db")
		if err := os.WriteFile(broken, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(broken, Options{})
		want(what, err, "is broken")
	}
	_, err = Open(dir, Options{})
	want("a directory", err, "not a file")
	_, err = Open(filepath.Join(dir, "no", "such", "folder"), Options{})
	want("no folder", err, "no such file")
	if _, err := db.ExpireNow(); err == nil {
		t.Error("swept a closed file")
	}
	if err := db.update(func(*writeTx) *APIError { return nil }); err != errClosed {
		t.Errorf("a write after Close: %v", err)
	}
}

// TestKilled kills a process with writes under way and looks for every write that it had acknowledged.
func TestKilled(t *testing.T) {
	if path := os.Getenv("DYNAMO_TEST_WRITER"); path != "" {
		writeUntilKilled(t, path)
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	acknowledged := 0
	for round := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "DYNAMO_TEST_WRITER="+path, fmt.Sprint("DYNAMO_TEST_FROM=", acknowledged))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 300*(round+1) && lines.Scan(); n++ {
			if n == 300*(round+1)-1 {
				cmd.Process.Kill()
			}
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		for lines.Scan() { // said before it died
			fmt.Sscan(lines.Text(), &acknowledged)
		}
		cmd.Wait()
		srv := openFile(t, path, Options{})
		for i := 1; i <= acknowledged; i++ {
			body := post(t, srv.url, targetTables+"GetItem", fmt.Sprintf(`{"TableName":"things","Key":{"pk":{"S":"%d"},"sk":{"S":"s"}}}`, i))
			if !strings.Contains(string(body), `"Item"`) {
				t.Fatalf("round %d: write %d of %d was acknowledged and is gone", round, i, acknowledged)
			}
		}
		d, err := srv.api.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: things})
		if err != nil || int(*d.Table.ItemCount) < acknowledged || int(*d.Table.ItemCount) > acknowledged+1 {
			t.Errorf("%d acknowledged, counted %d (%v)", acknowledged, *d.Table.ItemCount, err)
		}
		acknowledged = int(*d.Table.ItemCount)
		srv.stop()
	}
	if acknowledged < 1000 {
		t.Errorf("only %d writes", acknowledged)
	}
}

// writeUntilKilled writes item after item and says the number of each that was acknowledged.
func writeUntilKilled(t *testing.T, path string) {
	var n int
	fmt.Sscan(os.Getenv("DYNAMO_TEST_FROM"), &n)
	srv := openFile(t, path, Options{})
	srv.create(t)
	for n++; ; n++ {
		post(t, srv.url, targetTables+"PutItem", fmt.Sprintf(`{"TableName":"things","Item":{"pk":{"S":"%d"},"sk":{"S":"s"},"gpk":{"S":"g"},"gsk":{"N":"%d"}}}`, n, n))
		fmt.Println(n)
	}
}
