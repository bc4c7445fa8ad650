// Command gen writes the assembly of package f32 and its declarations, with avo. Run it in its own directory: go run .
//
// Registers of the products are chosen by hand, those of the other kernels by avo. Every routine ends in VZEROUPPER, keeps no
// pointer in memory that it moved past an allocation, and calls nothing.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	families := []struct {
		name string
		gen  func(*build.Context)
	}{
		{"mul", genMul},
		{"peak", genPeak},
		{"transpose", genTranspose},
		{"elementwise", genElementwise},
		{"softmax", genSoftmax},
		{"codes", genCodes},
		{"pool", genPool},
	}
	for _, f := range families {
		if err := write(f.name, f.gen); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", f.name, err)
			os.Exit(1)
		}
	}
}

// write generates one family of kernels: NAME_amd64.s and its declarations, NAME_amd64.go.
func write(name string, gen func(*build.Context)) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!noasm")
	gen(ctx)
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "internal/f32/gen", Pkg: "f32"}
	for _, out := range []struct {
		suffix string
		print  printer.Builder
	}{{"_amd64.s", printer.NewGoAsm}, {"_decl_amd64.go", printer.NewStubs}} {
		text, err := out.print(cfg).Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join("..", name+out.suffix), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// begin starts a routine.
func begin(c *build.Context, name, signature, doc string) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(signature)
	c.Pragma("noescape")
	c.Doc(name + " " + doc)
}
