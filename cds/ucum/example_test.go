package ucum_test

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/apd/v3"

	"github.com/primum-cds/primum/cds/ucum"
)

func Example() {
	from, _ := ucum.Parse("g/L")
	to, _ := ucum.Parse("mg/dL")
	value, _ := from.Convert(apd.New(12, -1), to)
	fmt.Println(value, to.Display())
	// Output: 120 mg/dL
}

func ExampleParse() {
	u, _ := ucum.Parse("mL/min/{1.73_m2}")
	fmt.Println(u)
	fmt.Println(u.Display())
	// Output:
	// mL/min/{1.73_m2}
	// mL/min/1.73 m²
}

func ExampleSyntaxError() {
	_, err := ucum.Parse("mg/DL")
	fmt.Println(err)
	var syntax *ucum.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax.Offset, syntax.Suggest)
	}
	// Output:
	// unit "mg/DL": unknown unit "DL" at character 4 (did you mean "dL"?)
	// 3 dL
}

func ExampleParseLenient() {
	u, mapped, _ := ucum.ParseLenient("mcg/kg/hr")
	fmt.Println(u, mapped)
	// Output: ug/kg/h true
}

func ExampleUnit_Convert() {
	fahrenheit, _ := ucum.Parse("[degF]")
	celsius, _ := ucum.Parse("Cel")
	value, _ := fahrenheit.Convert(apd.New(986, -1), celsius)
	fmt.Println(value, celsius.Display())
	// Output: 37 °C
}

func ExampleConversionError() {
	mg, _ := ucum.Parse("mg")
	mL, _ := ucum.Parse("mL")
	_, err := mg.Convert(apd.New(5, 0), mL)
	fmt.Println(err)
	// Output: "mg" cannot be converted to "mL"
}

func ExampleUnit_ConvertMolar() {
	molar, _ := ucum.Parse("mmol/L")
	mass, _ := ucum.Parse("mg/dL")
	glucose := apd.New(180156, -3) // g/mol
	value, _ := molar.ConvertMolar(apd.New(5, 0), mass, glucose)
	fmt.Println(value, mass.Display())
	// Output: 90.078 mg/dL
}

func ExampleUnit_Comparable() {
	tablet, _ := ucum.Parse("{tablet}")
	pill, _ := ucum.Parse("{pill}")
	fmt.Println(tablet.Comparable(pill), tablet.Comparable(ucum.One()), tablet.Comparable(tablet))
	// Output: false false true
}

func ExampleUnit_Equal() {
	u, _ := ucum.Parse("10*3/uL")
	v, _ := ucum.Parse("10*9/L")
	fmt.Println(u.Equal(v))
	// Output: true
}

func ExampleUnit_Display() {
	for _, code := range []string{"ug", "[iU]", "10*3/uL", "{tablet}", "mg/kg/d"} {
		u, _ := ucum.Parse(code)
		fmt.Println(u.Display())
	}
	// Output:
	// mcg
	// IU
	// 10³/µL
	// tablet
	// mg/kg/day
}

func ExampleUnit_Mul() {
	strength, _ := ucum.Parse("mg/{tablet}")
	frequency, _ := ucum.Parse("{tablet}/d")
	daily, _ := strength.Mul(frequency)
	fmt.Println(daily)
	// Output: mg/d
}

func ExampleUnit_Div() {
	mg, _ := ucum.Parse("mg")
	kg, _ := ucum.Parse("kg")
	u, _ := mg.Div(kg)
	fmt.Println(u)
	// Output: mg/kg
}

func ExampleUnit_Pow() {
	m, _ := ucum.Parse("m")
	u, _ := m.Pow(2)
	fmt.Println(u.Display())
	// Output: m²
}
