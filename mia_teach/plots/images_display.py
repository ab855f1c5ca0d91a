"""A few examples that are images, each with a caption."""

import numpy as np

from mia_teach.plots.look import style


class ImagesDisplay:
    """Small grey images in rows, dark ink on light paper.

    Args:
        images: (images, height, width), or (images, pixels) for square ones; 0 is paper.
        captions: one for each image.
        columns: how many stand side by side.
        rows: names of the rows, from the top.
        scale: how many times as large as usual.

    After :meth:`plot`: ``figure_``, ``axes_`` (rows, columns).
    """

    def __init__(self, images, captions, *, columns=10, rows=(), scale=1.0):
        images = np.asarray(images, float)
        if images.ndim == 2 and round(images.shape[1] ** 0.5) ** 2 == images.shape[1]:
            images = images.reshape(len(images), round(images.shape[1] ** 0.5), -1)
        if images.ndim != 3 or len(images) != len(captions):
            raise ValueError(
                f"Images of shape {images.shape} and {len(captions)} captions came; (images, height, width), or "
                "(images, pixels) for square ones, and one caption an image are needed."
            )
        self.images, self.captions, self.columns, self.rows = images, list(captions), columns, list(rows)
        self.scale = scale

    def plot(self):
        from matplotlib.figure import Figure

        lines = -(-len(self.images) // self.columns)
        with style():
            size = self.scale * (0.95 * self.columns + 0.4), self.scale * 1.45 * lines
            self.figure_ = Figure(figsize=size, layout="constrained")
            self.axes_ = self.figure_.subplots(lines, self.columns, squeeze=False)
            for ax in self.axes_.flat:
                ax.set(xticks=[], yticks=[])
                ax.spines[:].set_visible(False)
            for ax, image, caption in zip(self.axes_.flat, self.images, self.captions, strict=False):
                ax.imshow(image, cmap="gray_r")
                ax.set_title(caption, fontsize=9, loc="center")
            for ax, name in zip(self.axes_[:, 0], self.rows, strict=False):
                ax.set_ylabel(name, fontsize=10)
        return self
