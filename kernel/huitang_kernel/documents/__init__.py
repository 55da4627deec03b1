"""Documents: templates that operators replace, and the Word and PDF files made from them."""
