package page_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/page"
)

// A page is shown snapshots; what is pressed there comes by a channel.
func ExampleListen() {
	c := page.Default()
	c.Title = "my agent"
	c.Help = []page.KeyHelp{{Key: ' ', Name: "space", About: "pause"}}
	p, err := page.Listen(c)
	if err != nil {
		log.Fatal(err)
	}
	if err := p.Show(&viz.Snapshot{Title: "MyWorld-v0", Episode: 1}); err != nil {
		log.Fatal(err)
	}
	select {
	case key := <-p.Keys():
		fmt.Println("pressed:", key)
	default:
		fmt.Println("nobody has pressed a key")
	}
	fmt.Println(strings.HasPrefix(p.URL(), "http://127.0.0.1:"))
	if err := p.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// nobody has pressed a key
	// true
}
