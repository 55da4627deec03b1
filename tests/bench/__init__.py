"""`make bench`: how much Huitang costs, as ratios against bare counterparts measured in the same run."""
