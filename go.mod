module github.com/auxrl/auxrl

go 1.26.0

require (
	github.com/nlpodyssey/safetensors v0.0.0-20250209183917-bfb01cc25f7c
	pgregory.net/rapid v1.3.0
)
