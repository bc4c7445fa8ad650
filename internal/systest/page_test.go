package systest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxrl/auxrl/internal/rng"
	"github.com/auxrl/auxrl/viz"
	"github.com/auxrl/auxrl/viz/page"
)

// watchPage starts rlrun watch with a page, and returns its address.
func watchPage(t *testing.T, args ...string) (cmd *exec.Cmd, url string) {
	t.Helper()
	cmd = rlrun(t, t.TempDir(), append([]string{"watch", "--view", "web"}, args...)...)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		for _, word := range strings.Fields(lines.Text()) {
			if strings.HasPrefix(word, "http://") {
				go func() {
					for lines.Scan() { // so that it can go on talking
					}
				}()
				return cmd, word
			}
		}
	}
	t.Fatal("no address was printed")
	return nil, ""
}

// sound fails the test if anything is wrong with how a page is laid out: everything is on the screen, nothing covers anything.
func (p tab) sound() {
	p.t.Helper()
	var faults []string
	p.eval(`(() => {
		const faults = [], box = e => e.getBoundingClientRect();
		const parts = [...document.querySelectorAll("header > *, canvas, nav button")].filter(e => box(e).width > 0);
		if (document.documentElement.scrollWidth > innerWidth) faults.push("it is wider than the screen");
		for (const e of parts) {
			const r = box(e), name = e.id || e.textContent;
			if (r.left < 0 || r.top < 0 || r.right > innerWidth + 0.5 || r.bottom > innerHeight + 0.5) faults.push(name + " is off the screen");
			if (e.scrollWidth > e.clientWidth + 1 && e.id !== "title") faults.push(name + " is cut off");
			for (const f of parts) {
				const s = box(f);
				if (e !== f && r.left < s.right - 0.5 && s.left < r.right - 0.5 && r.top < s.bottom - 0.5 && s.top < r.bottom - 0.5)
					faults.push(name + " and " + (f.id || f.textContent) + " overlap");
			}
		}
		const r = box(document.querySelector("canvas"));
		if (r.width * r.height < 0.3 * innerWidth * innerHeight) faults.push("the picture is small: " + r.width + " by " + r.height);
		return faults.concat(window.faults);
	})()`, &faults)
	if len(faults) > 0 {
		p.t.Errorf("the page:\n%s", strings.Join(faults, "\n"))
	}
}

// On screens of all kinds a page shows moving frames, pauses at a key and goes on at a button.
func TestPage(t *testing.T) {
	cmd, url := watchPage(t, "MiniGrid-FourRooms-v0", "--fps", "20")
	b := newChromium(t)
	for _, c := range []struct {
		name string
		screen
	}{
		{"wide-dark", screen{width: 1280, height: 800, ratio: 1}},
		{"wide-light", screen{width: 1280, height: 800, ratio: 1, light: true}},
		{"large", screen{width: 1920, height: 1080, ratio: 1}},
		{"fine", screen{width: 1440, height: 900, ratio: 2}},
		{"phone", screen{width: 390, height: 844, ratio: 3, mobile: true}},
		{"phone-light", screen{width: 360, height: 640, ratio: 2, mobile: true, light: true}},
		{"phone-lying", screen{width: 844, height: 390, ratio: 2, mobile: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.open(url, c.screen)
			p.t = t
			p.await("moving frames", `document.querySelector("#state").dataset.state === "live"`)
			p.sound()
			first := p.screenshot(c.name)
			for k := 0; samePicture(first, p.screenshot(c.name)); k++ {
				if k == 100 {
					t.Fatal("the picture does not move")
				}
			}
			p.key(" ", "Space", " ")
			p.await("a standing picture", `document.querySelector("#state").dataset.state === "still"`)
			still := p.screenshot(c.name + "-paused")
			time.Sleep(500 * time.Millisecond) // ten frames
			if !samePicture(still, p.screenshot(c.name+"-paused")) {
				t.Error("the picture moves though it is paused")
			}
			p.click(`nav button[data-key=" "]`)
			p.await("moving frames again", `document.querySelector("#state").dataset.state === "live"`)
			var frames string
			p.eval(`document.querySelector("#state").textContent`, &frames)
			t.Logf("%s: %s", c.name, frames)
			p.call("", "Target.closeTarget", map[string]any{"targetId": p.target}, nil)
		})
	}
	p := b.open(url, screen{width: 1280, height: 800, ratio: 1})
	p.await("the connection", `stream.open`)
	p.key("h", "KeyH", "h")
	time.Sleep(time.Second)
	p.screenshot("help")
	p.click(`nav button[data-key="q"]`)
	p.await("the end", `document.body.innerText.includes("The program has ended")`)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program has ended with %v", err)
	}
}

func samePicture(a, b image.Image) bool {
	x, y := a.(*image.RGBA), b.(*image.RGBA) // screenshots are opaque
	return x.Rect == y.Rect && bytes.Equal(x.Pix, y.Pix)
}

// ownPage serves a page from the test itself.
func ownPage(t *testing.T, addr string) *page.Page {
	t.Helper()
	c := page.Default()
	c.Addr, c.Token, c.Width, c.Height, c.FPS = addr, "secret-token", 600, 380, 1e9
	c.Help = []page.KeyHelp{{Key: ' ', Name: "space", About: "pause"}, {Key: viz.KeyUp, Name: "↑", About: "faster"}}
	p, err := page.Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// moment is a snapshot whose world is noise, flat in places.
func moment(k int) *viz.Snapshot {
	img := image.NewRGBA(image.Rect(0, 0, 200, 200))
	key := rng.Key(uint64(k), "page")
	for i := range 200 * 200 {
		r := rng.At(key, uint64(i/(1+i/200%7)))
		c := color.RGBA{byte(r), byte(r >> 8), byte(r >> 16), 255}
		if i/200%50 > 30 {
			c = color.RGBA{byte(i), byte(2 * i / 200), byte(k), 255}
		}
		img.SetRGBA(i%200, i/200, c)
	}
	return &viz.Snapshot{World: img, Title: "Noise", Episode: 1, Step: k, Actions: []string{"a", "b"}, Policy: []float32{0.25, 0.75}}
}

// What the browser has drawn is what the dashboard draws, pixel by pixel; every key that is pressed arrives, however quickly; and when
// the program ends the page says so, and goes on with the next one.
func TestPageInDetail(t *testing.T) {
	own := ownPage(t, "")
	p := newChromium(t).open(own.URL(), screen{width: 1000, height: 700, ratio: 1})
	p.await("the connection", `stream.open`)
	dash := viz.NewDashboard()
	want := image.NewRGBA(image.Rect(0, 0, 600, 380))
	for k := range 5 {
		s := moment(k)
		if err := own.Show(s); err != nil {
			t.Fatal(err)
		}
		dash.Draw(want, s)
		p.await("the frame", fmt.Sprintf(`recent.length > 0 || (%d && document.hidden)`, k))
		p.eval(`recent.length = 0`, new(int))
		if got := p.canvas(); !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("frame %d differs", k)
		}
	}

	const taps = 20
	for range taps {
		p.key("ArrowUp", "ArrowUp", "")
		p.key("o", "KeyO", "o")
	}
	for k := range taps {
		for _, want := range []viz.Key{viz.KeyUp, 'o'} {
			select {
			case got := <-own.Keys():
				if got != want {
					t.Fatalf("tap %d: key %v, want %v", k, got, want)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("key %d of %d has not come", k, taps)
			}
		}
	}

	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	p.await("the end", `document.body.innerText.includes("The program has ended")`)
	p.screenshot("ended")
	own = ownPage(t, strings.TrimPrefix(strings.Split(own.URL(), "/#")[0], "http://"))
	defer own.Close()
	p.await("the next program", `stream.open && document.querySelector("#notice").hidden`)
	if err := own.Show(moment(9)); err != nil {
		t.Fatal(err)
	}
	p.await("its frame", `recent.length > 0`)
	dash.Draw(want, moment(9))
	if got := p.canvas(); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the picture after the connection was lost differs")
	}
}

// canvas returns the page's picture itself.
func (p tab) canvas() *image.RGBA {
	p.t.Helper()
	var url string
	p.eval(`canvas.toDataURL()`, &url)
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(url, "data:image/png;base64,"))
	if err != nil {
		p.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	rgba, ok := img.(*image.RGBA)
	if !ok {
		rgba = image.NewRGBA(img.Bounds())
		for y := range rgba.Rect.Dy() {
			for x := range rgba.Rect.Dx() {
				rgba.Set(x, y, img.At(x, y))
			}
		}
	}
	return rgba
}

// A page that has lost its program, or has no token, says what is wrong.
func TestPageSaysWhatIsWrong(t *testing.T) {
	cmd, url := watchPage(t, "MiniGrid-Empty-5x5-v0")
	b := newChromium(t)
	wide := screen{width: 1280, height: 800, ratio: 1}
	p := b.open(url, wide)
	p.await("the connection", `stream.open`)
	address, _, _ := strings.Cut(url, "#")
	for _, wrong := range []string{address, address + "#wrong-token"} {
		p := b.open(wrong, wide)
		p.await("what is wrong", `document.body.innerText.includes("The token is missing")`)
		p.screenshot("token")
	}
	p.call(p.session, "Page.bringToFront", nil, nil) // a page that nobody sees has no connection
	p.await("the connection again", `stream.open`)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.await("that the connection is lost", `document.body.innerText.includes("Connection lost")`)
	p.screenshot("lost")
}

// Another site's page can neither look nor press keys, also if it knows the token; nor can one that has another name point here.
func TestPageOfAnotherSite(t *testing.T) {
	own := ownPage(t, "")
	defer own.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html><title>evil</title>") }))
	defer other.Close()
	p := newChromium(t).open(other.URL, screen{width: 800, height: 600, ratio: 1})
	p.await("the other site", `document.title === "evil"`)
	base, _, _ := strings.Cut(own.URL(), "/#")
	for _, attack := range []string{
		`fetch(%q + "/frames", {headers: {Authorization: "Bearer secret-token"}})`,
		`fetch(%q + "/keys", {method: "POST", headers: {Authorization: "Bearer secret-token", "Content-Type": "application/json"}, body: '["q"]'})`,
		`fetch(%q + "/page.js")`,
		`new Promise((yes, no) => { const e = new EventSource(%q + "/frames"); e.onopen = yes; e.onerror = no; })`,
	} {
		var got string
		p.eval(fmt.Sprintf(attack, base)+`.then(() => "let in", () => "refused")`, &got)
		if got != "refused" {
			t.Errorf("%s: %s", attack, got)
		}
	}
	var ignored string
	p.eval(fmt.Sprintf(`fetch(%q + "/keys", {method: "POST", mode: "no-cors", body: '["q"]'}).then(() => "", () => "")`, base), &ignored)
	p.eval(fmt.Sprintf(`new Promise(r => { const f = document.createElement("iframe"); f.onload = r; f.src = %q; document.body.append(f); setTimeout(r, 3000); }).then(() => "")`, own.URL()), &ignored)
	if frames := p.framed(); frames {
		t.Error("the page lets others frame it")
	}
	select {
	case k := <-own.Keys():
		t.Errorf("key %v came", k)
	default:
	}
}

// framed reports whether the page in the tab's frame was loaded.
func (p tab) framed() bool {
	var tree struct {
		FrameTree struct {
			ChildFrames []struct {
				Frame struct{ URL, UnreachableURL string }
			}
		}
	}
	p.call(p.session, "Page.getFrameTree", nil, &tree)
	for _, f := range tree.FrameTree.ChildFrames {
		if f.Frame.UnreachableURL == "" {
			return true
		}
	}
	return false
}

// TestPageCosts measures what a browser that looks on costs the program.
func TestPageCosts(t *testing.T) {
	dir := t.TempDir()
	finish(t, rlrun(t, dir, "train", "MiniGrid-DoorKey-6x6-v0", "--aux", "unreal", "--shape", "potential-shaping,episodic-counts", "--steps", "4k",
		"--run", "thinking", "--episodes", "1"), 0)
	b := newChromium(t)
	for _, c := range []struct{ name, what string }{{"a world", "MiniGrid-FourRooms-v0"}, {"a run with auxiliary tasks", dir + "/thinking"}} {
		t.Run(c.name, func(t *testing.T) {
			cmd, url := watchPage(t, c.what, "--fps", "20")
			none := cpuShare(t, cmd.Process.Pid)
			p := b.open(url, screen{width: 1280, height: 800, ratio: 1})
			p.t = t
			p.await("moving frames", `document.querySelector("#state").dataset.state === "live"`)
			one := cpuShare(t, cmd.Process.Pid)
			t.Logf("of one core: %.1f %% without a browser, %.1f %% with one: it costs %.1f %%", none, one, one-none)
			if one-none > 5 { // about 2 on a machine that does nothing else
				t.Errorf("a browser costs %.1f %% of a core", one-none)
			}
			p.call("", "Target.closeTarget", map[string]any{"targetId": p.target}, nil)
		})
	}
}

// cpuShare returns what a process uses of one core, in percent, over a while.
func cpuShare(t *testing.T, pid int) float64 {
	t.Helper()
	used := func() time.Duration {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Skip("there is no /proc here")
		}
		var ticks int
		for _, f := range strings.Fields(string(text[bytes.LastIndexByte(text, ')'):]))[12:14] { // of the program, and of the system for it
			n, err := strconv.Atoi(f)
			if err != nil {
				t.Fatal(err)
			}
			ticks += n
		}
		return time.Duration(ticks) * 10 * time.Millisecond
	}
	const span = 8 * time.Second
	from := used()
	time.Sleep(span)
	return 100 * float64(used()-from) / float64(span)
}
