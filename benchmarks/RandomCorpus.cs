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
        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        return new Corpus
        {
            Name = "random", Description = "random tokens", Vocabulary = Vocabulary.Numbered(vocabulary), Train = Tokens(trainTokens),
            Valid = Tokens(EvaluationTokens), Test = Tokens(EvaluationTokens), Files = [],
        };
    }
}
