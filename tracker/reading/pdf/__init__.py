"""PDF by PDFium, with pypdf as a second try. PDFium is not thread-safe: one document to a process."""

from tracker.reading.pdf.reader import PDFReader

__all__ = ["PDF", "PDFReader"]

PDF = PDFReader()
