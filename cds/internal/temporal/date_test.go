package temporal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/primum-cds/primum/cds/internal/temporal"
)

func parse(t testing.TB, s string) temporal.Date {
	t.Helper()
	d, err := temporal.Parse(s)
	require.NoError(t, err)
	return d
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	require.NoError(t, err)
	return at
}

var newYork = time.FixedZone("", -5*60*60)

func TestDatesPrintAsTheyWereWritten(t *testing.T) {
	for s, precision := range map[string]temporal.Precision{
		"0001":                                temporal.Year,
		"2020":                                temporal.Year,
		"2020-05":                             temporal.Month,
		"2020-02-29":                          temporal.Day,
		"9999-12-31":                          temporal.Day,
		"2020-05-01T10:30":                    temporal.Minute,
		"2020-05-01T10:30Z":                   temporal.Minute,
		"2020-05-01T10:30:00":                 temporal.Second,
		"2020-05-01T10:30:60Z":                temporal.Second,
		"2020-05-01T10:30:00Z":                temporal.Second,
		"2020-05-01T10:30:00.0Z":              temporal.Second,
		"2020-05-01T10:30:00.050+02:00":       temporal.Second,
		"2020-05-01T10:30:00.123456789-03:30": temporal.Second,
		"2020-05-01T00:00:00+00:00":           temporal.Second,
		"2020-05-01T00:00:00-00:00":           temporal.Second,
		"2020-05-01T23:59:59.999999999+14:00": temporal.Second,
	} {
		d := parse(t, s)
		require.Equal(t, s, d.String())
		require.Equal(t, precision, d.Precision(), s)
	}
	require.Equal(t, "2020-05-01T10:30:00.123456789Z", parse(t, "2020-05-01T10:30:00.1234567891Z").String(), "cut to nine digits")
	require.Empty(t, temporal.Date{}.String())
}

func TestWhatIsNotADate(t *testing.T) {
	for s, want := range map[string]string{
		"":                          `"" is not a date: the year needs 4 digits`,
		"202":                       `"202" is not a date: the year needs 4 digits`,
		"0000":                      `"0000" is not a date: there is no year 0`,
		"20200501":                  `"20200501" is not a date: "0501" follows where it should end`,
		"05/01/2020":                `"05/01/2020" is not a date: the year needs 4 digits`,
		"2020-5":                    `"2020-5" is not a date: the month needs 2 digits`,
		"2020-13":                   `"2020-13" is not a date: there is no month 13`,
		"2020-00":                   `"2020-00" is not a date: there is no month 00`,
		"2021-02-29":                `"2021-02-29" is not a date: there is no day 29 in February 2021`,
		"1900-02-29":                `"1900-02-29" is not a date: there is no day 29 in February 1900`,
		"2021-04-31":                `"2021-04-31" is not a date: there is no day 31 in April 2021`,
		"2021-04-00":                `"2021-04-00" is not a date: there is no day 00 in April 2021`,
		"2020-05-01 10:30":          `"2020-05-01 10:30" is not a date: " 10:30" follows where it should end`,
		"2020-05-01Z":               `"2020-05-01Z" is not a date: "Z" follows where it should end`,
		"2020-05-01T":               `"2020-05-01T" is not a date: the hour needs 2 digits`,
		"2020-05-01T10":             `"2020-05-01T10" is not a date: the time has no minutes`,
		"2020-05-01T24:00:00":       `"2020-05-01T24:00:00" is not a date: there is no hour 24`,
		"2020-05-01T10:60":          `"2020-05-01T10:60" is not a date: there is no minute 60`,
		"2020-05-01T10:00:61Z":      `"2020-05-01T10:00:61Z" is not a date: there is no second 61`,
		"2020-05-01T10:00:00.Z":     `"2020-05-01T10:00:00.Z" is not a date: the fraction of a second has no digits`,
		"2020-05-01T10:00:00+2":     `"2020-05-01T10:00:00+2" is not a date: the hour of the offset needs 2 digits`,
		"2020-05-01T10:00:00+0200":  `"2020-05-01T10:00:00+0200" is not a date: the offset has no minutes`,
		"2020-05-01T10:00:00+14:01": `"2020-05-01T10:00:00+14:01" is not a date: there is no offset 14:01`,
		"2020-05-01T10:00:00+01:60": `"2020-05-01T10:00:00+01:60" is not a date: there is no offset 01:60`,
		"2020-05-01T10:00:00z":      `"2020-05-01T10:00:00z" is not a date: "z" follows where it should end`,
		"-2020":                     `"-2020" is not a date: the year needs 4 digits`,
		"２０２０":                      `"２０２０" is not a date: the year needs 4 digits`,
		"2020-05-01T10:00:00Z and on and on and on": `"2020-05-01T10:00:00Z and on and on an…" is not a date: " and on and on and on" follows where it should end`,
	} {
		_, err := temporal.Parse(s)
		require.EqualError(t, err, want)
		var syntax *temporal.SyntaxError
		require.ErrorAs(t, err, &syntax)
	}
}

func TestBounds(t *testing.T) {
	for _, c := range []struct{ date, first, last string }{
		{"2020", "2020-01-01T00:00:00-05:00", "2020-12-31T23:59:59.999999999-05:00"},
		{"2020-02", "2020-02-01T00:00:00-05:00", "2020-02-29T23:59:59.999999999-05:00"},
		{"2020-12-31", "2020-12-31T00:00:00-05:00", "2020-12-31T23:59:59.999999999-05:00"},
		{"9999", "9999-01-01T00:00:00-05:00", "9999-12-31T23:59:59.999999999-05:00"},
		{"2020-05-01T10:30", "2020-05-01T10:30:00-05:00", "2020-05-01T10:30:59.999999999-05:00"},
		{"2020-05-01T10:30Z", "2020-05-01T05:30:00-05:00", "2020-05-01T05:30:59.999999999-05:00"},
		{"2020-05-01T10:30:15", "2020-05-01T10:30:15-05:00", "2020-05-01T10:30:15-05:00"},
		{"2020-05-01T10:30:15.5+02:00", "2020-05-01T03:30:15.5-05:00", "2020-05-01T03:30:15.5-05:00"},
		{"2020-05-01T10:30:15-03:30", "2020-05-01T09:00:15-05:00", "2020-05-01T09:00:15-05:00"},
		{"2020-12-31T23:59:60Z", "2020-12-31T19:00:00-05:00", "2020-12-31T19:00:00-05:00"},
	} {
		first, last := parse(t, c.date).Bounds(newYork)
		require.Equal(t, c.first, first.In(newYork).Format(time.RFC3339Nano), c.date)
		require.Equal(t, c.last, last.In(newYork).Format(time.RFC3339Nano), c.date)
	}
	first, _ := parse(t, "2020").Bounds(nil)
	require.Equal(t, "2020-01-01T00:00:00Z", first.Format(time.RFC3339))
}

func TestOf(t *testing.T) {
	for _, s := range []string{
		"2020-05-01T10:30:00Z", "2020-05-01T10:30:00.05Z", "2020-05-01T10:30:00.123456789-05:00",
		"2020-05-01T10:30:00+05:30", "2020-05-01T10:30:00.1Z",
	} {
		require.Equal(t, s, temporal.Of(instant(t, s)).String())
	}
	odd := time.Date(1880, 1, 1, 12, 0, 0, 0, time.FixedZone("LMT", -17762))
	require.Equal(t, "1880-01-01T16:56:02Z", temporal.Of(odd).String())
	require.True(t, temporal.Of(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero())
	require.True(t, temporal.Of(time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)).IsZero())
}

func TestAdd(t *testing.T) {
	for _, c := range []struct {
		date string
		span temporal.Span
		want string
	}{
		{"2023-01-31", temporal.Months(1), "2023-02-28"},
		{"2024-01-31", temporal.Months(1), "2024-02-29"},
		{"2024-02-29", temporal.Years(1), "2025-02-28"},
		{"2024-02-29", temporal.Years(4), "2028-02-29"},
		{"2024-12-31", temporal.Months(2), "2025-02-28"},
		{"2024-03-31", temporal.Months(-1), "2024-02-29"},
		{"2024-02-28", temporal.Days(2), "2024-03-01"},
		{"2024-02-28", temporal.Weeks(1), "2024-03-06"},
		{"2024-02-28", temporal.Hours(23), "2024-02-28"},
		{"2024-02-28", temporal.Hours(36), "2024-02-29"},
		{"2024-05", temporal.Months(8), "2025-01"},
		{"2024-05", temporal.Days(29), "2024-05"},
		{"2024-05", temporal.Days(30), "2024-06"},
		{"2024", temporal.Months(23), "2025"},
		{"2024", temporal.Months(24), "2026"},
		{"2024", temporal.Days(365), "2025"},
		{"2024-05-01T23:30", temporal.Minutes(45), "2024-05-02T00:15"},
		{"2024-05-01T23:30:10.50-05:00", temporal.Hours(1), "2024-05-02T00:30:10.50-05:00"},
		{"2024-01-31T23:30:10Z", temporal.Months(1), "2024-02-29T23:30:10Z"},
		{"2024-01-01T00:00:00Z", temporal.Hours(24 * 365 * 400), "2423-09-26T00:00:00Z"},
		{"9999-12-31", temporal.Days(1), ""},
		{"0001-01-01", temporal.Days(-1), ""},
		{"2024", temporal.Years(20_000), ""},
	} {
		require.Equal(t, c.want, parse(t, c.date).Add(c.span).String(), "%s + %s", c.date, c.span)
	}
	require.Equal(t, "2024-02-29", parse(t, "2024-05-31").Sub(temporal.Months(3)).String())
	require.True(t, temporal.Date{}.Add(temporal.Days(1)).IsZero())
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2020", "2020-05", "2020-02-29", "2020-05-01T10:30:00.123+02:00", "2020-05-01T10:30",
		"2020-05-01T24:00:00Z", "0000", "2020-05-01T10:30:00.Z", "2020-12-31T23:59:60Z", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := temporal.Parse(s)
		if err != nil {
			require.True(t, d.IsZero())
			require.Less(t, len(err.Error()), 400)
			return
		}
		again, err := temporal.Parse(d.String())
		require.NoError(t, err)
		require.Equal(t, d, again)
		first, last := d.Bounds(newYork)
		require.False(t, last.Before(first))
		if std, err := time.Parse(time.RFC3339Nano, s); err == nil {
			require.True(t, first.Equal(std), "%s: %s, by the standard library %s", s, first, std)
		}
		if std, err := time.Parse(time.DateOnly, s); err == nil {
			require.Equal(t, std.Format(time.DateOnly), d.String())
		}
	})
}
