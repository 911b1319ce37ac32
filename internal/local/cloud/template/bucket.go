package template

import "time"

// readBucket reads a bucket that is encrypted and that nobody else can be let into; any other is refused.
func (r *reader) readBucket(res *resource) {
	var p struct {
		BucketName       passive
		BucketEncryption *struct {
			ServerSideEncryptionConfiguration []struct {
				ServerSideEncryptionByDefault struct {
					SSEAlgorithm   string
					KMSMasterKeyID passive
				}
				BucketKeyEnabled passive
			}
		}
		PublicAccessBlockConfiguration *struct {
			BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets bool
		}
		OwnershipControls      passive
		LifecycleConfiguration *struct {
			Rules []struct {
				Id                             passive
				Status                         string
				ExpirationInDays               int
				AbortIncompleteMultipartUpload struct{ DaysAfterInitiation int }
			}
		}
		Tags passive
	}
	r.decode(res.id, r.resolve(res.properties), &p)
	if p.BucketEncryption == nil || len(p.BucketEncryption.ServerSideEncryptionConfiguration) == 0 {
		r.refuse(res.line, "%s: a bucket without BucketEncryption is not understood", res.id)
	}
	if b := p.PublicAccessBlockConfiguration; b == nil || !b.BlockPublicAcls || !b.BlockPublicPolicy || !b.IgnorePublicAcls || !b.RestrictPublicBuckets {
		r.refuse(res.line, "%s: a bucket that others could be let into is not understood: all four of PublicAccessBlockConfiguration must be true", res.id)
	}
	b := &Bucket{ID: res.id, Name: r.physicalName(res)}
	if p.LifecycleConfiguration != nil {
		for _, rule := range p.LifecycleConfiguration.Rules {
			if rule.Status != "Enabled" {
				continue
			}
			if rule.ExpirationInDays > 0 {
				b.Expire = time.Duration(rule.ExpirationInDays) * day
			}
			if rule.AbortIncompleteMultipartUpload.DaysAfterInitiation > 0 {
				b.Abort = time.Duration(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation) * day
			}
		}
	}
	r.out.Buckets = append(r.out.Buckets, b)
}
