"""The nouns of an audit: values, facts, resources, kinds, answers, drifts, results; standard library only."""
