package viz

import "image"

// The frame that all measures of the dashboard refer to.
const (
	designWidth  = 640
	designHeight = 400
	tasksScale   = 0.77 // of everything where there are more parts
)

// metrics are the measures of a frame in pixels. Everything grows with the frame, in whole pixels.
type metrics struct {
	smallSize, bodySize, titleSize, largeSize int // of type
	margin, gap, pad, corner, border          int // of the frame, between panels, within panels, of corners, around the world
	scale                                     float64
}

func newMetrics(frame image.Point, crowded bool) metrics {
	m := metrics{scale: min(float64(frame.X)/designWidth, float64(frame.Y)/designHeight)}
	if crowded {
		m.scale *= tasksScale
	}
	m.smallSize, m.bodySize, m.titleSize, m.largeSize = max(m.px(11), 9), max(m.px(12), 9), max(m.px(15), 10), max(m.px(18), 11)
	m.margin, m.gap, m.pad, m.corner, m.border = m.px(12), m.px(8), m.px(8), m.px(4), m.px(6)
	return m
}

// px converts a measure of the design to pixels.
func (m *metrics) px(n float64) int { return int(n*m.scale + 0.5) }

// shape is what the layout depends on.
type shape struct {
	frame, world, view image.Point
	policy             int // actions with bars, or lines of the legend
	stack              int // older frames
	rewards            int // sources
	tasks              int
	tiles              int
	panels             [maxPanels]panelShape // of tasks that have something to show
}

// crowded reports whether there is more to show than world, status, policy, view and curve.
func (sh *shape) crowded() bool { return sh.tasks > 0 || sh.rewards > 0 }

// maxPanels is how many tasks have panels of their own at most; the others are in the table of losses alone.
const maxPanels = 4

// panelShape is what the size of a task's panel depends on.
type panelShape struct {
	task, maps, rows, cols, classes int // task counts from 1; 0: no panel
}

func shapeOf(frame image.Point, s *Snapshot) shape {
	sh := shape{frame: frame, world: sizeOf(s.World), view: sizeOf(s.View), policy: len(s.Policy), stack: len(s.Stack), tasks: len(s.Thoughts), tiles: len(s.Tiles)}
	if sh.policy == 0 {
		sh.policy = len(s.Legend)
	}
	if len(s.Rewards) > 1 {
		sh.rewards = len(s.Rewards)
	}
	n := 0
	for i := range s.Thoughts {
		t := &s.Thoughts[i]
		if p := (panelShape{i + 1, len(t.Maps), t.Grid.Rows, t.Grid.Cols, len(t.Classes)}); p.maps+p.classes > 0 && n < maxPanels {
			sh.panels[n] = p
			n++
		}
	}
	return sh
}

func sizeOf(img *image.RGBA) image.Point {
	if img == nil {
		return image.Point{}
	}
	return img.Bounds().Size()
}

// layout says where everything goes. A part without content, or without room, has an empty rectangle.
type layout struct {
	metrics
	header                          image.Rectangle
	worldPanel, world               image.Rectangle
	status, policy, viewPanel, view image.Rectangle
	curve                           image.Rectangle
	row                             int // height of a policy bar with its distance

	stack           image.Rectangle // in viewPanel
	rewards, losses image.Rectangle
	panels          [maxPanels]image.Rectangle

	tilesRoom image.Rectangle
	tileSize  image.Point
	tileCols  int
}

// newLayout puts the world to the left and the agent's mind to the right of it; in frames that stand upright, below it.
func newLayout(sh shape) layout {
	if sh.tiles > 0 {
		return newTilesLayout(sh)
	}
	if sh.crowded() {
		return newTaskLayout(sh)
	}
	l := layout{metrics: newMetrics(sh.frame, false)}
	inner := image.Rectangle{Max: sh.frame}.Inset(l.margin)
	l.header, inner = cutTop(inner, l.headerHeight(), l.gap)
	if size := fill(sh.world, worldLimit(&l.metrics, inner)); size != (image.Point{}) {
		if inner.Dx() < inner.Dy() {
			l.worldPanel, inner = cutTop(inner, size.Y+2*l.border, l.gap)
		} else {
			l.worldPanel, inner = cutLeft(inner, max(size.X+2*l.border, l.px(256)), l.gap)
		}
		l.world = centre(l.worldPanel, size)
	}
	l.status, inner = cutTop(inner, l.statusHeight(), l.gap)
	l.mind(sh, inner)
	return l
}

// mind lays out what lies below the status: bars and view side by side, the curve beneath.
func (l *layout) mind(sh shape, r image.Rectangle) {
	most := r.Dy() - l.gap - max(r.Dy()*2/5, l.px(84)) // leave the curve its room
	if most > l.captionHeight()+l.bodySize && (sh.policy > 0 || sh.view != (image.Point{})) {
		height := most
		if sh.policy > 0 {
			l.row = min(max((most-l.captionHeight()-l.pad)/sh.policy, l.bodySize+l.px(1)), max(l.px(20), 1))
			height = min(most, l.captionHeight()+sh.policy*l.row+l.pad)
		}
		l.policy, r = cutTop(r, height, l.gap)
		l.putView(sh.view, sh.policy > 0)
		if sh.policy == 0 {
			l.policy = image.Rectangle{}
		}
	}
	if r.Dy() >= l.px(60) && !r.Empty() {
		l.curve = r
	}
}

// putView puts the agent's view into the row of the policy's panel, off its right if there is a policy, if it has room there.
func (l *layout) putView(view image.Point, policy bool) {
	r := l.policy
	most := r.Dx()
	if policy {
		most = r.Dx() / 3
	}
	size := fit(view, image.Pt(most-2*l.pad, r.Dy()-l.captionHeight()-l.pad))
	if size == (image.Point{}) {
		return
	}
	l.viewPanel = r
	if policy {
		l.policy, l.viewPanel = cutLeft(r, r.Dx()-max(size.X+2*l.pad, l.px(76))-l.gap, l.gap)
	}
	l.view = centre(image.Rect(l.viewPanel.Min.X, r.Min.Y+l.captionHeight(), r.Max.X, r.Max.Y-l.pad), size)
}

// headerHeight returns the height of title and mission.
func (m *metrics) headerHeight() int { return m.titleSize + m.bodySize + m.px(6) }

// fieldHeight returns the height of a label and the number below it, with the distance to the next.
func (m *metrics) fieldHeight() int { return m.smallSize + m.largeSize + m.px(8) }

// statusHeight returns the height of the panel with two rows of fields.
func (m *metrics) statusHeight() int { return 2*m.pad + 2*m.fieldHeight() - m.px(8) }

// captionHeight returns the height of a panel's heading, the padding above included.
func (m *metrics) captionHeight() int { return m.pad + m.smallSize + m.px(5) }

// worldLimit returns the room for the world in what the header leaves.
func worldLimit(m *metrics, inner image.Rectangle) image.Point {
	if inner.Dx() < inner.Dy() {
		return image.Pt(inner.Dx()-2*m.border, inner.Dy()*11/20-2*m.border)
	}
	return image.Pt(inner.Dx()-m.px(276)-m.gap-2*m.border, inner.Dy()-2*m.border)
}

// WorldLimit returns the room that a dashboard of the given size has for the world where there are neither auxiliary tasks nor
// bonuses: a picture drawn for it is shown as it is.
func WorldLimit(frame image.Point) image.Point { return WorldRoom(frame, &Snapshot{}) }

// WorldRoom is WorldLimit beside all that s has to show.
func WorldRoom(frame image.Point, s *Snapshot) image.Point { return worldRoom(shapeOf(frame, s)) }

func worldRoom(sh shape) image.Point {
	m := newMetrics(sh.frame, sh.crowded())
	_, inner := cutTop(image.Rectangle{Max: sh.frame}.Inset(m.margin), m.headerHeight(), m.gap)
	limit := worldLimit(&m, inner)
	if sh.crowded() {
		limit = taskWorldLimit(&m, sh, inner)
	}
	return image.Pt(max(limit.X, 0), max(limit.Y, 0))
}

// cutTop takes a strip of the given height off r and leaves a gap below it.
func cutTop(r image.Rectangle, height, gap int) (top, rest image.Rectangle) {
	top, rest = r, r
	top.Max.Y = min(r.Min.Y+height, r.Max.Y)
	rest.Min.Y = min(top.Max.Y+gap, r.Max.Y)
	return top, rest
}

// cutLeft takes a strip of the given width off r and leaves a gap beside it.
func cutLeft(r image.Rectangle, width, gap int) (left, rest image.Rectangle) {
	left, rest = r, r
	left.Max.X = min(r.Min.X+width, r.Max.X)
	rest.Min.X = min(left.Max.X+gap, r.Max.X)
	return left, rest
}

// centre returns a rectangle of the given size in the middle of r.
func centre(r image.Rectangle, size image.Point) image.Rectangle {
	at := r.Min.Add(image.Pt((r.Dx()-size.X)/2, (r.Dy()-size.Y)/2))
	return image.Rectangle{at, at.Add(size)}
}
