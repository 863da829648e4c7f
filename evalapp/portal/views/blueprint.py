"""The one blueprint of the public pages; each module of this package adds its addresses."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__)
