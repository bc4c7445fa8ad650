package systest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// chromium is a browser without a window, driven over a pair of pipes by its remote debugging protocol: one JSON object to a message,
// a zero byte behind each.
type chromium struct {
	t      *testing.T
	to     *os.File
	mu     sync.Mutex
	last   int
	answer map[int]chan reply
}

// reply is what the browser answers to a message, or tells by itself.
type reply struct {
	ID     int
	Result json.RawMessage
	Error  *struct{ Message string }
}

// newChromium starts a browser that ends with the test.
func newChromium(t *testing.T) *chromium {
	t.Helper()
	exe, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not found; test.sh installs it")
	}
	in, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(exe, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage", "--user-data-dir="+dir, "about:blank")
	cmd.ExtraFiles = []*os.File{in, out} // 3 and 4, where it looks for them
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	b := &chromium{t: t, to: to, answer: make(map[int]chan reply)}
	go b.read(from)
	t.Cleanup(func() {
		b.send("", "Browser.close", nil)
		to.Close()
		stuck := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait() // however it ends
		stuck.Stop()
		from.Close()
		for end := time.Now().Add(5 * time.Second); os.RemoveAll(dir) != nil && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond) // a child may still be ending
		}
	})
	return b
}

// read hands answers to those who wait for them.
func (b *chromium) read(from *os.File) {
	r := bufio.NewReader(from)
	for {
		message, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var got reply
		if json.Unmarshal(bytes.TrimSuffix(message, []byte{0}), &got) != nil || got.ID == 0 {
			continue
		}
		b.mu.Lock()
		to := b.answer[got.ID]
		delete(b.answer, got.ID)
		b.mu.Unlock()
		if to != nil {
			to <- got
		}
	}
}

// send sends a message; the answer comes on the channel.
func (b *chromium) send(session, method string, params any) <-chan reply {
	to := make(chan reply, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	b.answer[b.last] = to
	message := map[string]any{"id": b.last, "method": method}
	if session != "" {
		message["sessionId"] = session
	}
	if params != nil {
		message["params"] = params
	}
	text, err := json.Marshal(message)
	if err == nil {
		_, err = b.to.Write(append(text, 0))
	}
	if err != nil {
		to <- reply{Error: &struct{ Message string }{err.Error()}}
	}
	return to
}

// call sends a message and puts the result of its answer where result points.
func (b *chromium) call(session, method string, params, result any) {
	b.t.Helper()
	select {
	case got := <-b.send(session, method, params):
		if got.Error != nil {
			b.t.Fatalf("chromium: %s: %s", method, got.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(got.Result, result); err != nil {
				b.t.Fatalf("chromium: %s: %v", method, err)
			}
		}
	case <-time.After(60 * time.Second):
		b.t.Fatalf("chromium: %s: no answer", method)
	}
}

// tab is a page of the browser.
type tab struct {
	*chromium
	target, session string
}

// screen is what a tab is shown on.
type screen struct {
	width, height int
	ratio         float64 // pixels of the screen to one of CSS
	mobile, light bool
}

// open opens an address.
func (b *chromium) open(url string, s screen) tab {
	b.t.Helper()
	var made struct{ TargetID string }
	b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &made)
	var attached struct{ SessionID string }
	b.call("", "Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &attached)
	p := tab{b, made.TargetID, attached.SessionID}
	p.show(s)
	p.call(p.session, "Page.enable", nil, nil)
	p.call(p.session, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `window.faults = [];
		addEventListener("error", e => faults.push("error: " + e.message));
		addEventListener("unhandledrejection", e => faults.push("rejection: " + e.reason));
		addEventListener("securitypolicyviolation", e => faults.push("policy: " + e.violatedDirective + " " + e.blockedURI));`}, nil)
	p.call(p.session, "Page.navigate", map[string]any{"url": url}, nil)
	return p
}

// show changes what the tab is shown on.
func (p tab) show(s screen) {
	p.t.Helper()
	scheme := "dark"
	if s.light {
		scheme = "light"
	}
	p.call(p.session, "Emulation.setDeviceMetricsOverride",
		map[string]any{"width": s.width, "height": s.height, "deviceScaleFactor": s.ratio, "mobile": s.mobile}, nil)
	p.call(p.session, "Emulation.setEmulatedMedia",
		map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// eval puts the value of an expression where result points.
func (p tab) eval(expression string, result any) {
	p.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	p.call(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got)
	if e := got.ExceptionDetails; e != nil {
		p.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if err := json.Unmarshal(got.Result.Value, result); err != nil {
		p.t.Fatalf("%s: %s: %v", expression, got.Result.Value, err)
	}
}

// await waits until an expression is true.
func (p tab) await(what, expression string) {
	p.t.Helper()
	for range 600 {
		var is bool
		if p.eval("(() => { try { return !!("+expression+") } catch { return false } })()", &is); is {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	var text string
	p.eval("document.body.innerText", &text)
	p.t.Fatalf("no page with %s (%s); it says:\n%s", what, expression, text)
}

// key presses a key and lets go of it.
func (p tab) key(name, code, text string) {
	p.t.Helper()
	down := map[string]any{"type": "keyDown", "key": name, "code": code}
	if text != "" {
		down["text"] = text
	}
	p.call(p.session, "Input.dispatchKeyEvent", down, nil)
	p.call(p.session, "Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": name, "code": code}, nil)
}

// click presses the mouse in the middle of an element.
func (p tab) click(selector string) {
	p.t.Helper()
	var at []float64
	p.eval(fmt.Sprintf("(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(%q).getBoundingClientRect())", selector), &at)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.call(p.session, "Input.dispatchMouseEvent",
			map[string]any{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1}, nil)
	}
}

// screenshot returns what the tab looks like; with AUXRL_SCREENSHOTS it is also kept there, to be looked at.
func (p tab) screenshot(name string) image.Image {
	p.t.Helper()
	var shot struct{ Data []byte }
	p.call(p.session, "Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	if dir := os.Getenv("AUXRL_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".png", shot.Data, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	img, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}
