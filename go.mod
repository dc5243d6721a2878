module github.com/primum-cds/primum

go 1.26
