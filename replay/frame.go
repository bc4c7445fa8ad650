package replay

import (
	"bytes"
	"encoding/binary"
)

// An image of F frames with C channels each has pixels of F*C bytes, the newest frame's last. A frame is kept as H*W pixels of
// C bytes.

// newestFrame copies the newest frame of an image.
func newestFrame(dst, image []byte, frames, channels int) {
	if frames == 1 {
		copy(dst, image)
		return
	}
	pixel := frames * channels
	image = image[pixel-channels:]
	if channels == 1 {
		for i := range dst {
			dst[i] = image[i*pixel]
		}
		return
	}
	for i := 0; i < len(dst); i += channels {
		copy(dst[i:i+channels], image[i*frames:])
	}
}

// sameFrame reports whether the newest frame of an image is frame.
func sameFrame(frame, image []byte, frames, channels int) bool {
	if frames == 1 {
		return bytes.Equal(frame, image)
	}
	pixel := frames * channels
	image = image[pixel-channels:]
	for i := 0; i < len(frame); i += channels {
		if !bytes.Equal(frame[i:i+channels], image[i*frames:i*frames+channels]) {
			return false
		}
	}
	return true
}

// putFrame makes frame number f of an image.
func putFrame(image, frame []byte, frames, channels, f int) {
	pixel := frames * channels
	image = image[f*channels:]
	if channels == 1 {
		for i, v := range frame {
			image[i*pixel] = v
		}
		return
	}
	for i := 0; i < len(frame); i += channels {
		copy(image[i*frames:i*frames+channels], frame[i:])
	}
}

// putFour makes an image of four frames with one channel, oldest first: the commonest stack, at a quarter of the stores.
func putFour(image, f0, f1, f2, f3 []byte) {
	n := len(f0)
	f1, f2, f3, image = f1[:n], f2[:n], f3[:n], image[:4*n]
	for i, v := range f0 {
		pixel := uint32(v) | uint32(f1[i])<<8 | uint32(f2[i])<<16 | uint32(f3[i])<<24
		binary.LittleEndian.PutUint32(image[4*i:], pixel)
	}
}
