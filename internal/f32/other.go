//go:build !amd64 || noasm

package f32

func available() []set { return []set{plain} }

func mul(p *Product) { mulGeneric(p) }
