using Compression.Core.Kernels;

namespace Compression.Training.Lm1b;

/// <summary>
/// Draws distinct candidates for a sampled softmax from the log-uniform distribution over words sorted by frequency,
/// P(k) = log((k+2)/(k+1)) / log(V+1): words are drawn until as many different ones are there as are wanted.
/// </summary>
/// <param name="vocabulary">V.</param>
public sealed class LogUniformSampler(int vocabulary)
{
    private readonly double _logRange = Math.Log(vocabulary + 1.0);
    private readonly long[] _drawnIn = new long[vocabulary];
    private long _draw;

    /// <summary>P(k).</summary>
    public double Probability(int word) => Math.Log((word + 2.0) / (word + 1.0)) / _logRange;

    /// <summary>
    /// The log of the expected count of a word among the candidates of one draw: 1 − (1 − P(k))^tries, where tries words were drawn until
    /// the candidates were complete.
    /// </summary>
    public double LogExpected(int word, long tries)
    {
        double never = Math.Exp(tries * double.LogP1(-Probability(word)));
        return Math.Log(1 - never);
    }

    /// <summary>Draws.</summary>
    /// <param name="candidates">Receives distinct words, at most V.</param>
    /// <param name="key">Of the random numbers.</param>
    /// <returns>How many words were drawn for it.</returns>
    public long Sample(Span<int> candidates, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(candidates.Length, vocabulary);
        var random = new Threefry(key);
        _draw++;
        long tries = 0;
        int count = 0;
        for (int block = 0; count < candidates.Length; block++)
        {
            random.Block(block, out var high, out var low);
            for (int lane = 0; lane < 16 && count < candidates.Length; lane++)
            {
                // 53 bits: a float's 24 would never reach the rarest words.
                double unit = (((ulong)high[lane] << 21) ^ (low[lane] >> 11)) * (1.0 / (1L << 53));
                int word = (int)Math.Min(vocabulary - 1, Math.Exp(unit * _logRange) - 1);
                tries++;
                if (_drawnIn[word] != _draw)
                {
                    _drawnIn[word] = _draw;
                    candidates[count++] = word;
                }
            }
        }

        return tries;
    }
}
