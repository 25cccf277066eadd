"""What flows along every wire: types, ranges, meanings."""
