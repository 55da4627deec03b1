"""What `huitang doctor` looks at: the machine, the settings and data, the database, and the running parts."""

from huitang_kernel.cli.diagnosis.finding import Finding, Report

__all__ = ["Finding", "Report"]
