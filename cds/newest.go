package cds

// Newest returns the day of the newest clinical date in the record, of any resource that was kept, as
// far as it is known: "2026-03-28", "2026-03", "2026"; "" if nothing has a date. It is what a caller
// needs to see that data is old and should be reviewed as of another Now.
func (r *Record) Newest() string {
	newest := ""
	for _, res := range r.record.Resources {
		date := string(res.Date())
		newest = max(newest, date[:min(len(date), len("2006-01-02"))])
	}
	return newest
}
