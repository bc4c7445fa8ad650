module github.com/auxrl/auxrl

go 1.26.0
