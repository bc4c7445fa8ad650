package viz

import "image"

// newTaskLayout has three columns: the world and where the episode stands; what the agent sees and does; what its tasks make of it, if
// there are any.
// The curve runs below the last two. Frames that are higher than wide have the third column beneath the others.
func newTaskLayout(sh shape) layout {
	l := layout{metrics: newMetrics(sh.frame, true)}
	inner := image.Rectangle{Max: sh.frame}.Inset(l.margin)
	l.header, inner = cutTop(inner, l.headerHeight(), l.gap)
	if inner.Empty() {
		return l
	}
	wide := sh.frame.X > sh.frame.Y
	var tasks image.Rectangle
	if !wide && sh.tasks > 0 {
		inner, tasks = cutTop(inner, inner.Dy()-l.tasksBelow(sh, inner)-l.gap, l.gap)
	}
	var column image.Rectangle
	column, inner = cutLeft(inner, worldColumn(sh, inner), l.gap)
	l.putWorld(sh, column)
	if height := max(inner.Dy()*27/100, l.px(70)); inner.Dy() > 2*height {
		inner, l.curve = cutTop(inner, inner.Dy()-height-l.gap, l.gap)
	}
	if wide && sh.tasks > 0 {
		inner, tasks = cutLeft(inner, inner.Dx()*2/5, l.gap)
	}
	l.putAgent(sh, inner)
	l.putTasks(sh, tasks)
	return l
}

// worldColumn returns the width of the first column.
func worldColumn(sh shape, inner image.Rectangle) int {
	if sh.frame.X > sh.frame.Y && sh.tasks > 0 {
		return inner.Dx() * 2 / 5
	}
	return inner.Dx() / 2
}

// taskWorldLimit returns the room for the world in what the header leaves.
func taskWorldLimit(m *metrics, sh shape, inner image.Rectangle) image.Point {
	if sh.frame.X <= sh.frame.Y && sh.tasks > 0 {
		inner.Max.Y -= m.tasksBelow(sh, inner) + m.gap
	}
	return image.Pt(worldColumn(sh, inner)-2*m.border, inner.Dy()-m.belowWorld(sh)-2*m.border)
}

// tasksBelow returns the height of the third column where it lies beneath the others: what it needs, but no more than 2/5.
func (m *metrics) tasksBelow(sh shape, inner image.Rectangle) int {
	need := m.tableHeight(sh.tasks + 1)
	for _, p := range sh.panels {
		if p.task > 0 {
			need += m.panelHeight(p, inner.Dx()) + m.gap
		}
	}
	return min(need, inner.Dy()*2/5)
}

// belowWorld returns the height of status and rewards.
func (m *metrics) belowWorld(sh shape) int {
	below := m.statusHeight() + m.gap
	if sh.rewards > 0 {
		below += m.tableHeight(sh.rewards) + m.gap
	}
	return below
}

// putWorld lays out the first column: the world has what status and rewards leave.
func (l *layout) putWorld(sh shape, r image.Rectangle) {
	below := l.belowWorld(sh)
	if size := fill(sh.world, image.Pt(r.Dx()-2*l.border, r.Dy()-below-2*l.border)); size != (image.Point{}) {
		l.worldPanel, r = cutTop(r, r.Dy()-below, l.gap)
		l.world = centre(l.worldPanel, size)
	}
	l.status, r = cutTop(r, l.statusHeight(), l.gap)
	if rewards := l.tableHeight(sh.rewards); sh.rewards > 0 && r.Dy() >= rewards {
		l.rewards, _ = cutTop(r, rewards, 0)
	}
}

// putAgent lays out the second column: bars as high as they need to be, the view and older frames below.
func (l *layout) putAgent(sh shape, r image.Rectangle) {
	if sh.policy > 0 {
		most := r.Dy()
		if sh.view != (image.Point{}) {
			most = r.Dy() * 3 / 5
		}
		l.row = min(max((most-l.captionHeight()-l.pad)/sh.policy, l.bodySize+l.px(1)), max(l.px(20), 1))
		if sh.view != (image.Point{}) {
			most = min(most, l.captionHeight()+sh.policy*l.row+l.pad)
		}
		l.policy, r = cutTop(r, most, l.gap)
	}
	limit := image.Pt(r.Dx()-2*l.pad, r.Dy()-l.captionHeight()-l.pad)
	if sh.stack > 0 {
		limit.X = limit.X*3/4 - l.gap
	}
	size := fill(sh.view, limit)
	if size == (image.Point{}) {
		return
	}
	l.viewPanel = r
	room := image.Rect(r.Min.X+l.pad, r.Min.Y+l.captionHeight(), r.Max.X-l.pad, r.Max.Y-l.pad)
	if sh.stack > 0 {
		l.stack = room
		l.stack.Min.X = room.Max.X - (room.Dx() - limit.X - l.gap)
		room.Max.X = l.stack.Min.X - l.gap
	}
	l.view = centre(room, size)
	if sh.stack > 0 { // side by side, in the middle
		slot := (size.Y - sh.stack*l.px(4)) / sh.stack
		l.view = l.view.Add(image.Pt(l.stack.Min.X-l.gap-l.view.Max.X, 0).Div(2))
		l.stack.Min.X = l.view.Max.X + l.gap
		l.stack.Max.X = min(l.stack.Max.X, l.stack.Min.X+max(slot, l.px(30)))
	}
	l.stack.Min.Y, l.stack.Max.Y = max(l.stack.Min.Y, l.view.Min.Y), min(l.stack.Max.Y, l.view.Max.Y)
}

// putTasks lays out the third column: panels as high as they need to be, and the table of losses.
func (l *layout) putTasks(sh shape, r image.Rectangle) {
	for i, p := range sh.panels {
		height := l.panelHeight(p, r.Dx())
		if p.task == 0 || r.Dy() < height || i > 0 && r.Dy() < height+l.gap+l.tableHeight(2) {
			continue
		}
		l.panels[i], r = cutTop(r, height, l.gap)
	}
	if r.Dy() >= l.tableHeight(2) {
		l.losses = r
	}
}

// panelHeight returns the height of a task's panel of the given width.
func (m *metrics) panelHeight(p panelShape, w int) int {
	h := m.captionHeight() + m.pad
	if p.maps > 0 {
		h += m.mapSize(p, w).Y + m.smallSize + m.px(4)
	}
	if p.classes > 0 {
		h += p.classes*m.px(17) + m.smallSize + m.px(6)
	}
	return h
}

// mapSize returns the size of one of a panel's maps: whole pixels per cell if there is room.
func (m *metrics) mapSize(p panelShape, w int) image.Point {
	if p.maps == 0 || p.rows <= 0 || p.cols <= 0 {
		return image.Point{}
	}
	side := (w - 2*m.pad - (p.maps-1)*m.gap) / p.maps
	return fit(image.Pt(p.cols, p.rows), image.Pt(side, min(side, m.px(110))))
}

// tableHeight returns the height of a panel with so many lines of small type.
func (m *metrics) tableHeight(lines int) int { return m.captionHeight() + lines*m.lineHeight() + m.pad }

// lineHeight returns the height of a line of a table.
func (m *metrics) lineHeight() int { return m.smallSize + m.px(5) }
