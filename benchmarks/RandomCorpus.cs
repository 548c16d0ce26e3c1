using Compression.Training.Data;

namespace Compression.Benchmarks;

/// <summary>Random tokens in place of text: the arithmetic of a training step does not depend on them.</summary>
internal static class RandomCorpus
{
    private const int EvaluationTokens = 200;

    /// <summary>So many tokens for training, each of the vocabulary equally likely, and a few for evaluation.</summary>
    public static Corpus Create(int vocabulary, int trainTokens)
    {
        var random = new Random(1);
        return Create(vocabulary, trainTokens, () => random.Next(vocabulary));
    }

    /// <summary>The same with log-uniform tokens: as in a text, the probability of a word falls as the inverse of its rank.</summary>
    public static Corpus CreateRanked(int vocabulary, int trainTokens)
    {
        var random = new Random(1);
        return Create(vocabulary, trainTokens, () => Math.Min(vocabulary - 1, (int)(Math.Pow(vocabulary + 1, random.NextDouble()) - 1)));
    }

    private static Corpus Create(int vocabulary, int trainTokens, Func<int> draw)
    {
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => draw())];
        return new Corpus
        {
            Name = "random", Description = "random tokens", Vocabulary = Vocabulary.Numbered(vocabulary), Train = Tokens(trainTokens),
            Valid = Tokens(EvaluationTokens), Test = Tokens(EvaluationTokens), Files = [],
        };
    }
}
