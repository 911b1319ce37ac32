package dynamo

import (
	"fmt"
	"slices"
	"strings"
)

// maxIndexes is the number of global secondary indexes that a table can have.
const maxIndexes = 20

// check checks CreateTable's parameters, as DynamoDB does and in its words.
func (s *schema) check() *APIError {
	name := &s.TableName
	if s.TableName == "" {
		name = nil
	}
	if err := checkTableName(name, 3); err != nil {
		return err
	}
	s.TableName = tableName(s.TableName)
	if len(s.LocalSecondaryIndexes) > 0 {
		return unsupported("LocalSecondaryIndexes")
	}
	if err := s.checkAttributes(); err != nil {
		return err
	}
	if err := s.checkBilling(); err != nil {
		return err
	}
	used := map[string]bool{}
	if err := s.checkKeys(s.KeySchema, "keySchema", used); err != nil {
		return err
	}
	if err := s.checkIndexes(used); err != nil {
		return err
	}
	for _, d := range s.AttributeDefinitions {
		if !used[d.AttributeName] {
			if s.GlobalSecondaryIndexes == nil {
				return badParameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
			}
			return badParameter("Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]", strings.Join(s.defined(), ", "), strings.Join(sortedKeys(used), ", "))
		}
	}
	return s.checkStream()
}

func sortedKeys(m map[string]bool) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (s *schema) defined() (names []string) {
	for _, d := range s.AttributeDefinitions {
		names = append(names, d.AttributeName)
	}
	return names
}

func (s *schema) checkAttributes() *APIError {
	if s.AttributeDefinitions == nil {
		return constraint("null", "attributeDefinitions", "Member must not be null")
	}
	if len(s.KeySchema) == 0 {
		return constraint("null", "keySchema", "Member must not be null")
	}
	seen := map[string]bool{}
	for i, d := range s.AttributeDefinitions {
		member := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
		if d.AttributeName == "" || len(d.AttributeName) > 255 {
			return constraint(d.AttributeName, member+"attributeName", "Member must have length between 1 and 255")
		}
		if !slices.Contains([]string{"B", "N", "S"}, d.AttributeType) {
			return constraint(d.AttributeType, member+"attributeType", "Member must satisfy enum value set: [B, N, S]")
		}
		if seen[d.AttributeName] {
			return badParameter("Duplicate AttributeName in AttributeDefinitions: %s", d.AttributeName)
		}
		seen[d.AttributeName] = true
	}
	return nil
}

func (s *schema) checkBilling() *APIError {
	switch s.BillingMode {
	case "PAY_PER_REQUEST":
		if s.ProvisionedThroughput != nil {
			return badParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
	case "", "PROVISIONED":
		if p := s.ProvisionedThroughput; p == nil {
			return badParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
		} else if p.ReadCapacityUnits < 1 || p.WriteCapacityUnits < 1 {
			return constraint(fmt.Sprint(min(p.ReadCapacityUnits, p.WriteCapacityUnits)), "provisionedThroughput.readCapacityUnits", "Member must have value greater than or equal to 1")
		}
	default:
		return constraint(s.BillingMode, "billingMode", "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]")
	}
	if s.TableClass != "" && s.TableClass != "STANDARD" && s.TableClass != "STANDARD_INFREQUENT_ACCESS" {
		return constraint(s.TableClass, "tableClass", "Member must satisfy enum value set: [STANDARD, STANDARD_INFREQUENT_ACCESS]")
	}
	return nil
}

// checkKeys checks a key schema and notes which attributes it uses.
func (s *schema) checkKeys(keys []keyElement, member string, used map[string]bool) *APIError {
	if len(keys) == 0 || len(keys) > 2 {
		return constraint(fmt.Sprint(len(keys)), member, "Member must have length between 1 and 2")
	}
	var names []string
	for _, k := range keys {
		if k.KeyType != "HASH" && k.KeyType != "RANGE" {
			return constraint(k.KeyType, member+".member.keyType", "Member must satisfy enum value set: [HASH, RANGE]")
		}
		names = append(names, k.AttributeName)
	}
	defined := s.defined()
	for _, name := range names {
		if !slices.Contains(defined, name) {
			return badParameter("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]", strings.Join(names, ", "), strings.Join(defined, ", "))
		}
		used[name] = true
	}
	switch {
	case keys[0].KeyType != "HASH":
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && names[0] == names[1]:
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case len(keys) == 2 && keys[1].KeyType != "RANGE":
		return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return nil
}

func (s *schema) checkIndexes(used map[string]bool) *APIError {
	if s.GlobalSecondaryIndexes != nil && len(s.GlobalSecondaryIndexes) == 0 {
		return badParameter("List of GlobalSecondaryIndexes is empty")
	}
	if len(s.GlobalSecondaryIndexes) > maxIndexes {
		return badParameter("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxIndexes)
	}
	seen := map[string]bool{}
	for i, g := range s.GlobalSecondaryIndexes {
		member := fmt.Sprintf("globalSecondaryIndexes.%d.member.", i+1)
		if err := checkName(g.IndexName, member+"indexName", 3); err != nil {
			return err
		}
		if err := s.checkKeys(g.KeySchema, member+"keySchema", used); err != nil {
			return err
		}
		switch p := g.Projection; {
		case p.ProjectionType == "":
			return badParameter("Unknown ProjectionType: null")
		case !slices.Contains([]string{"ALL", "INCLUDE", "KEYS_ONLY"}, p.ProjectionType):
			return constraint(p.ProjectionType, member+"projection.projectionType", "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]")
		case p.NonKeyAttributes != nil && p.ProjectionType != "INCLUDE":
			return badParameter("ProjectionType is %s, but NonKeyAttributes is specified", p.ProjectionType)
		case p.NonKeyAttributes == nil && p.ProjectionType == "INCLUDE":
			return badParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
		case len(p.NonKeyAttributes) > 20:
			return constraint(fmt.Sprint(len(p.NonKeyAttributes)), member+"projection.nonKeyAttributes", "Member must have length less than or equal to 20")
		}
		if seen[g.IndexName] {
			return badParameter("Duplicate index name: %s", g.IndexName)
		}
		seen[g.IndexName] = true
		switch {
		case s.BillingMode == "PAY_PER_REQUEST" && g.ProvisionedThroughput != nil:
			return badParameter("ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", g.IndexName)
		case s.BillingMode != "PAY_PER_REQUEST" && g.ProvisionedThroughput == nil:
			return badParameter("ProvisionedThroughput must be specified for index: %s", g.IndexName)
		}
	}
	return nil
}

func (s *schema) checkStream() *APIError {
	p := s.StreamSpecification
	switch {
	case p == nil:
	case !p.StreamEnabled && p.StreamViewType != "":
		return badParameter("StreamViewType can not be specified when StreamEnabled is false")
	case p.StreamEnabled && p.StreamViewType == "":
		return badParameter("StreamViewType is required when StreamEnabled is true")
	case p.StreamEnabled && !slices.Contains([]string{"NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"}, p.StreamViewType):
		return constraint(p.StreamViewType, "streamSpecification.streamViewType", "Member must satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]")
	}
	return nil
}
