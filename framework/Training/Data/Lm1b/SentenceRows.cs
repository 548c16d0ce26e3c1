namespace Compression.Training.Data.Lm1b;

/// <summary>
/// The rows of a batch: each reads a sentence to its end, then takes the next of the stream. Within a batch row 0 takes all that it needs before row 1,
/// and so on. A sentence reads <c>&lt;S&gt; w1 … wn</c> and predicts <c>w1 … wn &lt;S&gt;</c>.
/// </summary>
/// <param name="vocabulary">Of the ids.</param>
/// <param name="stream">Where sentences come from.</param>
/// <param name="count">B.</param>
internal sealed class SentenceRows(WordVocabulary vocabulary, SentenceStream stream, int count)
{
    private readonly Row[] _rows = [.. Enumerable.Range(0, count).Select(_ => new Row())];
    private bool _ended;

    /// <summary>Writes the next batch; allocates only where a sentence is longer than all before it.</summary>
    /// <returns>False, with nothing to use in the batch, where all rows have ended.</returns>
    public bool Fill(SentenceBatch batch)
    {
        bool any = false;
        for (int b = 0; b < _rows.Length; b++)
        {
            any |= FillRow(batch, b);
        }

        return any;
    }

    /// <summary>Notes what the batches after this one follow from.</summary>
    public void Note(RowsPlace place)
    {
        place.Next = stream.Next;
        int used = 0;
        for (int b = 0; b < _rows.Length; b++)
        {
            var rest = _rows[b].Rest;
            place.Lengths[b] = rest.Length;
            used += rest.Length;
        }

        var tokens = place.Take(used);
        foreach (var row in _rows)
        {
            row.Rest.CopyTo(tokens);
            tokens = tokens[row.Rest.Length..];
        }
    }

    /// <summary>Goes on from a place.</summary>
    public void GoTo(RowsPlace place)
    {
        stream.Next = place.Next;
        _ended = false;
        var tokens = place.Tokens;
        for (int b = 0; b < _rows.Length; b++)
        {
            _rows[b].Set(tokens[..place.Lengths[b]]);
            tokens = tokens[place.Lengths[b]..];
        }
    }

    private bool FillRow(SentenceBatch batch, int b)
    {
        var row = _rows[b];
        int at = b, filled = 0, stride = _rows.Length;
        while (filled < batch.TimeSteps && (row.Rest.Length > 1 || Refill(row)))
        {
            var rest = row.Rest;
            int pairs = Math.Min(rest.Length - 1, batch.TimeSteps - filled);
            for (int i = 0; i < pairs; i++, at += stride)
            {
                batch.Input[at] = rest[i];
                batch.Target[at] = rest[i + 1];
                batch.Weight[at] = 1;
            }

            row.Skip(pairs);
            filled += pairs;
        }

        for (int t = filled; t < batch.TimeSteps; t++, at += stride)
        {
            batch.Input[at] = vocabulary.SentenceMark;
            batch.Target[at] = vocabulary.SentenceMark;
            batch.Weight[at] = 0;
        }

        return filled > 0;
    }

    private bool Refill(Row row)
    {
        if (_ended || !stream.TryTake(out var sentence))
        {
            _ended = true;
            return false;
        }

        row.Clear();
        row.Add(vocabulary.SentenceMark);
        foreach (var word in new WordsOfLine(sentence))
        {
            row.Add(vocabulary.IdOf(word));
        }

        row.Add(vocabulary.SentenceMark);
        return true;
    }

    // A sentence, and how far it is read; what is left is either nothing or the next input and all targets.
    private sealed class Row
    {
        private int[] _tokens = new int[64];
        private int _first, _end;

        public ReadOnlySpan<int> Rest => _tokens.AsSpan(_first, _end - _first);

        public void Clear() => _first = _end = 0;

        public void Skip(int count)
        {
            _first += count;
            if (_end - _first == 1)
            {
                Clear();
            }
        }

        public void Add(int token)
        {
            if (_end == _tokens.Length)
            {
                Array.Resize(ref _tokens, _end * 2);
            }

            _tokens[_end++] = token;
        }

        public void Set(ReadOnlySpan<int> rest)
        {
            Clear();
            foreach (int token in rest)
            {
                Add(token);
            }
        }
    }
}
