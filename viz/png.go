package viz

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
)

// WritePNG stores a picture in a file, replacing any file of that name. Readers see the old file or the new one, never a part.
func WritePNG(name string, img image.Image) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("viz: write picture: %w", err)
	}
	defer os.Remove(f.Name()) // fails once renamed
	err = png.Encode(f, img)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("viz: write picture: %w", err)
	}
	return nil
}
