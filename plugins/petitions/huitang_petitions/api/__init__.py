"""JSON under /api/petitions/: the same services, the same reach and the same masking as the pages."""

from huitang_petitions.api.figures import FIGURES_API
from huitang_petitions.api.register import REGISTER_API
from huitang_petitions.api.residents import RESIDENTS_API
from huitang_petitions.api.steps import STEPS_API

API = (*REGISTER_API, *STEPS_API, *FIGURES_API, *RESIDENTS_API)
