"""The finance office's desk: 签约额去哪了, the list behind a figure, one agreement, the definitions."""
