package live

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

const (
	socketName = "watch.sock"
	asideName  = "auxrl-watch-" // of directories that are made for a socket, the rest is random

	// longest is how long the path of a socket may be on every system.
	longest = 100
)

// door is the socket of a run. It stands in the run's directory as watch.sock or, where its path would be too long or the file system
// has no sockets, in a directory of its own below the one for temporary files; watch.sock is then a link to it.
type door struct {
	listener net.Listener
	path     string // watch.sock
	aside    string // directory that is removed with it; "": none
}

// openDoor makes the socket, which the owner alone can connect to. The run's directory is locked: what is there of that name is left
// by a process that died.
func openDoor(dir string) (*door, error) {
	d := &door{path: filepath.Join(dir, socketName)}
	if err := clearDoor(d.path); err != nil {
		return nil, err
	}
	if err := d.openIn(dir); err == nil {
		return d, nil
	}
	if err := d.openAside(); err != nil {
		return nil, err
	}
	return d, nil
}

// openIn makes the socket in the run's directory: behind a closed door until its mode is set, so that nobody gets in before.
func (d *door) openIn(dir string) error {
	hidden, err := os.MkdirTemp(dir, ".watch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(hidden)
	name := filepath.Join(hidden, "s")
	if d.listener, err = listen(name); err != nil {
		return err
	}
	if len(d.path) > longest {
		err = errors.New("its path is too long")
	} else {
		err = os.Rename(name, d.path)
	}
	if err != nil {
		return errors.Join(err, d.listener.Close())
	}
	return nil
}

// openAside makes it elsewhere.
func (d *door) openAside() (err error) {
	if d.aside, err = os.MkdirTemp("", asideName); err != nil {
		return err
	}
	name := filepath.Join(d.aside, "s")
	if d.listener, err = listen(name); err != nil {
		return errors.Join(err, os.RemoveAll(d.aside))
	}
	if err = os.Symlink(name, d.path); err != nil {
		return errors.Join(err, d.listener.Close(), os.RemoveAll(d.aside))
	}
	return nil
}

func listen(name string) (net.Listener, error) {
	if len(name) > longest {
		return nil, fmt.Errorf("the path of a socket, %s, is longer than %d bytes: set TMPDIR to a shorter one", name, longest)
	}
	l, err := net.Listen("unix", name)
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it is renamed, or removed with its directory
	if err := os.Chmod(name, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// close removes the socket. Those who are in stay.
func (d *door) close() error {
	err := errors.Join(d.listener.Close(), os.Remove(d.path))
	if d.aside != "" {
		err = errors.Join(err, os.RemoveAll(d.aside))
	}
	return err
}

// clearDoor removes what a process that died left: a socket, or a link and what it leads to.
func clearDoor(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() == fs.ModeSymlink:
		if to, err := os.Readlink(path); err == nil && ours(to) {
			_ = os.RemoveAll(filepath.Dir(to)) // of another user, or gone: it is not in the way
		}
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is in the way", path)
	}
	return os.Remove(path)
}

// ours reports whether a socket stands in a directory that was made for it.
func ours(socket string) bool {
	dir, name := filepath.Split(filepath.Clean(socket))
	match, err := filepath.Match(asideName+"*", filepath.Base(dir))
	return err == nil && match && name == "s"
}

// knock connects to the socket of a run.
func knock(dir string) (net.Conn, error) {
	path := filepath.Join(dir, socketName)
	if to, err := os.Readlink(path); err == nil {
		path = to
	}
	return net.Dial("unix", path)
}
