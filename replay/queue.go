package replay

// queue holds the numbers of rows, oldest first. It is full where a world's rows are.
type queue struct {
	row     []int64
	head, n int
	fresh   int // how many of them the last Add brought
}

func (q *queue) push(row int64) {
	i := q.head + q.n
	if i >= len(q.row) {
		i -= len(q.row)
	}
	q.row[i] = row
	q.n++
	q.fresh++
}

// at returns number i, 0 being the oldest.
func (q *queue) at(i int) int64 {
	i += q.head
	if i >= len(q.row) {
		i -= len(q.row)
	}
	return q.row[i]
}

func (q *queue) pop() {
	q.head++
	if q.head == len(q.row) {
		q.head = 0
	}
	q.n--
	q.fresh = min(q.fresh, q.n)
}

// part returns which numbers a draw may choose from: lo..lo+n-1.
func (q *queue) part(newest bool) (lo, n int) {
	if newest {
		return q.n - q.fresh, q.fresh
	}
	return 0, q.n
}
