"""The one door to the media library: everything else here asks this module for prepared recordings."""
