"""The ground floor: storage, access, trail, jobs, files, the sandbox and the parts of every page."""
