package viz

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorded returns the file that a recording of some frames leaves, and the frames.
func recorded(t *testing.T, ext string, frames int, c RecordConfig) (file []byte, want []*image.RGBA) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "episode"+ext)
	r, err := NewRecorder(name, c)
	if err != nil {
		t.Fatal(err)
	}
	e := newEpisode(8)
	for range frames {
		if err := r.Show(&e.snap); err != nil {
			t.Fatal(err)
		}
		want = append(want, drawn(&e.snap, c.Width, c.Height))
		e.step()
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if file, err = os.ReadFile(name); err != nil {
		t.Fatal(err)
	}
	return file, want
}

func smallRecord() RecordConfig {
	c := DefaultRecord()
	c.Width, c.Height = 320, 200
	return c
}

func TestRecordAPNG(t *testing.T) {
	file, want := recorded(t, ".apng", 5, smallRecord())
	got, _ := animated(t, file)
	compareFrames(t, got, want)
}

func TestRecordPNG(t *testing.T) {
	file, want := recorded(t, ".png", 5, smallRecord())
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	got := image.NewRGBA(img.Bounds())
	draw.Draw(got, got.Rect, img, image.Point{}, draw.Src)
	compareFrames(t, []*image.RGBA{got}, want[4:])
}

var calls = regexp.MustCompile(`<script>f\((true|false),(\d+),(\d+),(\d+),(".*?"),"([A-Za-z0-9+/=]*)"\)</script>\n`)

// The page has every frame, exact, and every so many of them whole.
func TestRecordHTML(t *testing.T) {
	const n = wholeEvery + 5
	file, want := recorded(t, ".html", n, smallRecord())
	var got []*image.RGBA
	screen := image.NewRGBA(want[0].Rect)
	for k, m := range calls.FindAllSubmatch(file, -1) {
		if whole := k%wholeEvery == 0; string(m[1]) != fmt.Sprint(whole) {
			t.Errorf("frame %d is whole: %s", k, m[1])
		} else if whole {
			clear(screen.Pix)
		}
		data, err := base64.StdEncoding.DecodeString(string(m[6]))
		if err != nil {
			t.Fatal(err)
		}
		part, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		var at image.Point
		fmt.Sscan(string(m[2]), &at.X)
		fmt.Sscan(string(m[3]), &at.Y)
		draw.Draw(screen, part.Bounds().Add(at), part, image.Point{}, draw.Over)
		got = append(got, &image.RGBA{Pix: bytes.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
		if label := fmt.Sprintf(`"episode 12  step %d"`, k); string(m[5]) != label {
			t.Errorf("frame %d is called %s, want %s", k, m[5], label)
		}
	}
	compareFrames(t, got, want)
	for _, left := range []string{"TITLE", "WIDTH", "HEIGHT", "FPS"} {
		if page, _, _ := bytes.Cut(file, []byte("<script>f(")); bytes.Contains(page, []byte(left)) {
			t.Errorf("%s is not filled in", left)
		}
	}
	if !bytes.HasSuffix(file, []byte("</html>\n")) {
		t.Error("the page does not end")
	}
}

// What a title or an end contain is text, not markup.
func TestHTMLEscapes(t *testing.T) {
	var b bytes.Buffer
	h := NewHTML(&b, image.Pt(20, 20), 10, NewDashboard())
	if err := h.Show(&Snapshot{Title: "</title><b>", End: "</script><i>"}); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "<b>") || strings.Contains(s, "<i>") {
		t.Error("markup got through")
	}
}

// A cast shows what a terminal shows.
func TestRecordCast(t *testing.T) {
	file, _ := recorded(t, ".cast", 12, smallRecord())
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	var head castHeader
	if err := json.Unmarshal([]byte(lines[0]), &head); err != nil {
		t.Fatal(err)
	}
	if head.Version != 2 || head.Width != castCols || head.Height != castRows || head.Title == "" {
		t.Errorf("header %+v", head)
	}
	shown, e := newVT(castCols, castRows), newEpisode(8)
	for k, line := range lines[1:] {
		var at float64
		var kind, text string
		if err := json.Unmarshal([]byte(line), &[]any{&at, &kind, &text}); err != nil {
			t.Fatalf("line %d: %v", k, err)
		}
		if want := float64(k) / 10; k < 12 && at != want || k == 12 && at != 1.1+2 || kind != "o" {
			t.Errorf("event %d: %q at %v", k, kind, at)
		}
		if k == 12 {
			break
		}
		if _, err := shown.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		want := newVT(castCols, castRows)
		if err := NewTerminal(want, want.size, TrueColor).Show(&e.snap); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(shown.seen(), want.seen()) {
			t.Fatalf("frame %d:\n%v\nwant:\n%v", k, shown, want)
		}
		e.step()
	}
	if len(lines) != 1+12+1 {
		t.Errorf("%d lines", len(lines))
	}
}

// program writes a script that takes the place of ffmpeg.
func program(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	name := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

// ffmpeg is given every frame whole, the last one for as long as it stands, and told what they are.
func TestRecordMP4(t *testing.T) {
	c := smallRecord()
	c.FPS, c.Hold = 4, time.Second
	c.FFmpeg = program(t, `for a in "$@"; do case "$a" in file:*) out="${a#file:}";; esac; done
echo "$@" > "$out"; cat >> "$out"`)
	file, want := recorded(t, ".mp4", 3, c)
	args, raw, _ := bytes.Cut(file, []byte("\n"))
	for _, part := range []string{"-pixel_format rgba", "-video_size 320x200", "-framerate 4 ", "-f mp4 file:"} {
		if !bytes.Contains(args, []byte(part)) {
			t.Errorf("%q is not among %s", part, args)
		}
	}
	var got []*image.RGBA
	for size := 4 * 320 * 200; len(raw) >= size; raw = raw[size:] {
		got = append(got, &image.RGBA{Pix: raw[:size]})
	}
	compareFrames(t, got, append(want, want[2], want[2], want[2]))
}

func TestMP4TellsWhatIsWrong(t *testing.T) {
	c := smallRecord()
	name := filepath.Join(t.TempDir(), "a.mp4")
	if _, err := NewRecorder(name, c); !errors.Is(err, ErrFFmpeg) {
		t.Errorf("without ffmpeg: %v", err)
	}
	c.FFmpeg = filepath.Join(t.TempDir(), "nowhere")
	if _, err := NewRecorder(name, c); err == nil {
		t.Error("no error of a program that is not there")
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("a file is left")
	}
	c.FFmpeg = program(t, "cat > /dev/null; echo no encoder >&2; exit 3")
	r, err := NewRecorder(name, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Show(&Snapshot{}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err == nil || !strings.Contains(err.Error(), "no encoder") {
		t.Errorf("ffmpeg fails: %v", err)
	}
}

func TestRecordersWithoutFramesLeaveNoFile(t *testing.T) {
	c := smallRecord()
	c.FFmpeg = program(t, "cat > /dev/null; exit 1")
	for _, f := range Formats() {
		name := filepath.Join(t.TempDir(), "a"+f.Ext)
		r, err := NewRecorder(name, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", f.Ext, err)
		}
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s: a file is left", f.Ext)
		}
	}
}
