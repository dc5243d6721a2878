package fhir_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	samply "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/fhir"
)

// The table and samply's structs describe the same elements, read from one specification by two hands.
// What differs is samply's: it leaves out contained resources (and every "_field", which the table does
// not list either), and takes an element whose content is defined elsewhere for optional.
func TestTableAgreesWithSamply(t *testing.T) {
	c := comparison{schema: fhir.Load(), seen: map[string]bool{}}
	var want []string
	for _, v := range samplyTypes() {
		rt := reflect.TypeOf(v)
		c.compare(rt.Name(), rt)
		if f, ok := field(rt.Name(), "contained"); ok && f.Type == "Resource" && f.List {
			want = append(want, rt.Name()+".contained: not in samply")
		}
	}
	want = append(want,
		"ClaimResponse.addItem.adjudication: optional in samply",
		"ClaimResponse.addItem.detail.adjudication: optional in samply",
		"ClaimResponse.addItem.detail.subDetail.adjudication: optional in samply",
		"ClaimResponse.item.detail.adjudication: optional in samply",
		"TestReport.teardown.action.operation: optional in samply",
		"TestScript.teardown.action.operation: optional in samply",
	)
	slices.Sort(want)
	slices.Sort(c.differences)
	require.Equal(t, want, c.differences)
	require.Greater(t, len(c.seen), 600, "types compared, those of elements included")
	require.Greater(t, c.enums, 300, "code lists compared")
}

// Every resource and every data type of the table is compared, and so is every element below them.
func TestSamplyHasEveryType(t *testing.T) {
	known := map[string]bool{}
	for _, v := range samplyTypes() {
		known[reflect.TypeOf(v).Name()] = true
	}
	for _, name := range fhir.Load().Resources() {
		require.True(t, known[name], name)
	}
}

func field(typ, name string) (*fhir.Field, bool) {
	t, ok := fhir.Load().Type(typ)
	if !ok {
		return nil, false
	}
	return t.Field(name)
}

type comparison struct {
	schema      *fhir.Schema
	seen        map[string]bool // by path
	enums       int
	differences []string
}

func (c *comparison) compare(path string, rt reflect.Type) {
	if c.seen[path] {
		return
	}
	c.seen[path] = true
	typ, ok := c.schema.Type(path)
	if !ok {
		c.differ(path, "not in the table")
		return
	}
	tagged := map[string]bool{}
	for i := range rt.NumField() {
		sf := rt.Field(i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		tagged[name] = true
		f, ok := typ.Field(name)
		if !ok {
			c.differ(path+"."+name, "not in the table")
			continue
		}
		c.compareField(path+"."+name, f, sf)
	}
	for _, f := range typ.Fields {
		if !tagged[f.Name] {
			c.differ(path+"."+f.Name, "not in samply")
		}
	}
}

func (c *comparison) compareField(path string, f *fhir.Field, sf reflect.StructField) {
	ft := sf.Type
	raw := reflect.TypeFor[json.RawMessage]()
	list := ft.Kind() == reflect.Slice && ft != raw
	if list != f.List {
		c.differ(path, "a list in one only")
	}
	switch required := !strings.Contains(sf.Tag.Get("json"), "omitempty"); {
	case f.Choice != "":
	case required && !f.Required:
		c.differ(path, "required in samply")
	case !required && f.Required:
		c.differ(path, "optional in samply")
	}
	for ft != raw && (ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer) {
		ft = ft.Elem()
	}
	if kind, ok := fhir.JSONKind(f.Type); ok {
		if got := jsonKind(ft); got != kind {
			c.differ(path, "a "+kind.String()+" in the table, a "+got.String()+" in samply")
		}
		if enum(ft) {
			c.compareCodes(path, f.ValueSet, ft)
		}
		return
	}
	switch {
	case ft == raw:
		if f.Type != "Resource" {
			c.differ(path, "any resource in samply")
		}
	case ft.Kind() != reflect.Struct:
		c.differ(path, "a primitive in samply")
	case strings.Contains(f.Type, "."):
		c.compare(f.Type, ft)
	case ft.Name() != f.Type:
		c.differ(path, "a "+ft.Name()+" in samply")
	}
}

func (c *comparison) compareCodes(path string, set *fhir.ValueSet, rt reflect.Type) {
	c.enums++
	var codes []string
	for v := reflect.New(rt).Elem(); ; v.SetInt(v.Int() + 1) {
		code := v.Interface().(interface{ Code() string }).Code()
		if code == "<unknown>" {
			break
		}
		codes = append(codes, code)
	}
	if set == nil || !slices.Equal(set.Codes, codes) {
		c.differ(path, "other codes in samply")
	}
}

func (c *comparison) differ(path, how string) {
	c.differences = append(c.differences, path+": "+how)
}

// jsonKind is the JSON form of a Go type of samply's; its enums, ints in Go, are strings in JSON.
func jsonKind(rt reflect.Type) fhir.Kind {
	switch {
	case enum(rt), rt == reflect.TypeFor[string]():
		return fhir.String
	case rt.Kind() == reflect.Bool:
		return fhir.Boolean
	case rt.Kind() == reflect.Int, rt == reflect.TypeFor[json.Number]():
		return fhir.Number
	}
	return 0
}

func enum(rt reflect.Type) bool {
	_, ok := rt.MethodByName("Code")
	return ok && rt.Kind() == reflect.Int
}

func samplyTypes() []any {
	return []any{
		samply.Address{}, samply.Age{}, samply.Annotation{}, samply.Attachment{},
		samply.CodeableConcept{}, samply.Coding{}, samply.ContactDetail{}, samply.ContactPoint{},
		samply.Contributor{}, samply.Count{}, samply.DataRequirement{}, samply.Distance{}, samply.Dosage{},
		samply.Duration{}, samply.ElementDefinition{}, samply.Expression{}, samply.Extension{},
		samply.HumanName{}, samply.Identifier{}, samply.MarketingStatus{}, samply.Meta{}, samply.Money{},
		samply.Narrative{}, samply.ParameterDefinition{}, samply.Period{}, samply.Population{},
		samply.ProdCharacteristic{}, samply.ProductShelfLife{}, samply.Quantity{}, samply.Range{},
		samply.Ratio{}, samply.Reference{}, samply.RelatedArtifact{}, samply.SampledData{},
		samply.Signature{}, samply.SubstanceAmount{}, samply.Timing{}, samply.TriggerDefinition{},
		samply.UsageContext{}, samply.Resource{}, samply.DomainResource{}, samply.Account{},
		samply.ActivityDefinition{}, samply.AdverseEvent{}, samply.AllergyIntolerance{},
		samply.Appointment{}, samply.AppointmentResponse{}, samply.AuditEvent{}, samply.Basic{},
		samply.Binary{}, samply.BiologicallyDerivedProduct{}, samply.BodyStructure{}, samply.Bundle{},
		samply.CapabilityStatement{}, samply.CarePlan{}, samply.CareTeam{}, samply.CatalogEntry{},
		samply.ChargeItem{}, samply.ChargeItemDefinition{}, samply.Claim{}, samply.ClaimResponse{},
		samply.ClinicalImpression{}, samply.CodeSystem{}, samply.Communication{},
		samply.CommunicationRequest{}, samply.CompartmentDefinition{}, samply.Composition{},
		samply.ConceptMap{}, samply.Condition{}, samply.Consent{}, samply.Contract{}, samply.Coverage{},
		samply.CoverageEligibilityRequest{}, samply.CoverageEligibilityResponse{}, samply.DetectedIssue{},
		samply.Device{}, samply.DeviceDefinition{}, samply.DeviceMetric{}, samply.DeviceRequest{},
		samply.DeviceUseStatement{}, samply.DiagnosticReport{}, samply.DocumentManifest{},
		samply.DocumentReference{}, samply.EffectEvidenceSynthesis{}, samply.Encounter{}, samply.Endpoint{},
		samply.EnrollmentRequest{}, samply.EnrollmentResponse{}, samply.EpisodeOfCare{},
		samply.EventDefinition{}, samply.Evidence{}, samply.EvidenceVariable{}, samply.ExampleScenario{},
		samply.ExplanationOfBenefit{}, samply.FamilyMemberHistory{}, samply.Flag{}, samply.Goal{},
		samply.GraphDefinition{}, samply.Group{}, samply.GuidanceResponse{}, samply.HealthcareService{},
		samply.ImagingStudy{}, samply.Immunization{}, samply.ImmunizationEvaluation{},
		samply.ImmunizationRecommendation{}, samply.ImplementationGuide{}, samply.InsurancePlan{},
		samply.Invoice{}, samply.Library{}, samply.Linkage{}, samply.List{}, samply.Location{},
		samply.Measure{}, samply.MeasureReport{}, samply.Media{}, samply.Medication{},
		samply.MedicationAdministration{}, samply.MedicationDispense{}, samply.MedicationKnowledge{},
		samply.MedicationRequest{}, samply.MedicationStatement{}, samply.MedicinalProduct{},
		samply.MedicinalProductAuthorization{}, samply.MedicinalProductContraindication{},
		samply.MedicinalProductIndication{}, samply.MedicinalProductIngredient{},
		samply.MedicinalProductInteraction{}, samply.MedicinalProductManufactured{},
		samply.MedicinalProductPackaged{}, samply.MedicinalProductPharmaceutical{},
		samply.MedicinalProductUndesirableEffect{}, samply.MessageDefinition{}, samply.MessageHeader{},
		samply.MolecularSequence{}, samply.NamingSystem{}, samply.NutritionOrder{}, samply.Observation{},
		samply.ObservationDefinition{}, samply.OperationDefinition{}, samply.OperationOutcome{},
		samply.Organization{}, samply.OrganizationAffiliation{}, samply.Parameters{}, samply.Patient{},
		samply.PaymentNotice{}, samply.PaymentReconciliation{}, samply.Person{}, samply.PlanDefinition{},
		samply.Practitioner{}, samply.PractitionerRole{}, samply.Procedure{}, samply.Provenance{},
		samply.Questionnaire{}, samply.QuestionnaireResponse{}, samply.RelatedPerson{},
		samply.RequestGroup{}, samply.ResearchDefinition{}, samply.ResearchElementDefinition{},
		samply.ResearchStudy{}, samply.ResearchSubject{}, samply.RiskAssessment{},
		samply.RiskEvidenceSynthesis{}, samply.Schedule{}, samply.SearchParameter{}, samply.ServiceRequest{},
		samply.Slot{}, samply.Specimen{}, samply.SpecimenDefinition{}, samply.StructureDefinition{},
		samply.StructureMap{}, samply.Subscription{}, samply.Substance{}, samply.SubstanceNucleicAcid{},
		samply.SubstancePolymer{}, samply.SubstanceProtein{}, samply.SubstanceReferenceInformation{},
		samply.SubstanceSourceMaterial{}, samply.SubstanceSpecification{}, samply.SupplyDelivery{},
		samply.SupplyRequest{}, samply.Task{}, samply.TerminologyCapabilities{}, samply.TestReport{},
		samply.TestScript{}, samply.ValueSet{}, samply.VerificationResult{}, samply.VisionPrescription{},
	}
}
