from imaging.pagination import ImagePages


class GalleryPages(ImagePages):
    """`{images, total, page, page_size, next, previous}`."""
