namespace Compression.Training.Data.Lm1b;

/// <summary>
/// Draws ranks by Zipf's law, rank r from 0 with probability ∝ 1/(r+1), two random words a draw: the alias method (Walker 1977; the table after Vose 1991).
/// </summary>
internal sealed class ZipfDraw
{
    private readonly uint[] _keep; // of 2³²: the share of a column that is its own rank's
    private readonly int[] _alias;

    /// <param name="count">Number of ranks, at least 1.</param>
    public ZipfDraw(int count)
    {
        _keep = new uint[count];
        _alias = new int[count];
        double sum = 0;
        for (int rank = count; rank > 0; rank--)
        {
            sum += 1.0 / rank;
        }

        double[] share = new double[count];
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (int rank = 0; rank < count; rank++)
        {
            share[rank] = count / ((rank + 1) * sum);
            (share[rank] < 1 ? small : large).Push(rank);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int low = small.Pop(), high = large.Pop();
            _keep[low] = (uint)(share[low] * 4294967296.0);
            _alias[low] = high;
            share[high] -= 1 - share[low];
            (share[high] < 1 ? small : large).Push(high);
        }

        // What is left is 1 up to rounding.
        foreach (int rank in small.Concat(large))
        {
            _keep[rank] = uint.MaxValue;
            _alias[rank] = rank;
        }
    }

    /// <summary>The next rank.</summary>
    public int Next(ref RandomWords random)
    {
        int column = random.Below(_keep.Length);
        return random.Next() < _keep[column] ? column : _alias[column];
    }
}
