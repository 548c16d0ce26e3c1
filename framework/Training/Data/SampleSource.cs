namespace Compression.Training.Data;

/// <summary>
/// The source of the sample corpus: a Markov source whose entropy is known exactly, since the text alone reveals its state.
/// A sentence opens with a word that announces one of <see cref="Topics"/> topics. Each further word belongs to one of
/// <see cref="Classes"/> classes; a class has few likely successors, and its words are Zipf-distributed in an order that differs
/// from topic to topic. So a model gains first by frequencies, then by learning classes from neighbours, and last by carrying the
/// topic through the sentence. Only +, ·, / and comparisons decide what is drawn: the text is the same on every platform.
/// </summary>
public sealed class SampleSource
{
    /// <summary>Topics that a sentence may have, equally likely.</summary>
    public const int Topics = 2;

    /// <summary>Word classes, the openers not counted.</summary>
    public const int Classes = 32;

    /// <summary>Words of a class.</summary>
    public const int WordsOfClass = 36;

    /// <summary>Words that announce a topic.</summary>
    public const int OpenersOfTopic = 8;

    private const int LikelySuccessors = 3;
    private const double AnySuccessor = 0.04;
    private const double EndAfterClosingClass = 0.2;
    private const int OneClassInCloses = 4;

    /// <summary>The row of <see cref="_next"/> for openers.</summary>
    private const int Opener = Classes;

    /// <summary>The column of <see cref="_next"/> for the end of the sentence.</summary>
    private const int End = Classes;

    private readonly double[][] _next; // [class or opener][class or end]
    private readonly double[] _wordByRank = Zipf(WordsOfClass, 0.5);
    private readonly double[] _openerByRank = Zipf(OpenersOfTopic, 0.5);
    private readonly int[][][] _wordAtRank; // [topic][class][rank] → word of the class
    private readonly int[][][] _rankOfWord; // its inverse
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly string[] _words = new string[(Classes * WordsOfClass) + (Topics * OpenersOfTopic)];

    /// <param name="seed">Decides successors and orders, not the text.</param>
    public SampleSource(ulong seed)
    {
        var random = new SampleRandom(seed);
        _next = [.. Enumerable.Range(0, Classes + 1).Select(from => DrawSuccessors(from, ref random))];
        _wordAtRank = new int[Topics][][];
        _rankOfWord = new int[Topics][][];
        for (int topic = 0; topic < Topics; topic++)
        {
            _wordAtRank[topic] = new int[Classes][];
            _rankOfWord[topic] = new int[Classes][];
            for (int c = 0; c < Classes; c++)
            {
                _wordAtRank[topic][c] = random.Permutation(WordsOfClass);
                _rankOfWord[topic][c] = new int[WordsOfClass];
                for (int rank = 0; rank < WordsOfClass; rank++)
                {
                    _rankOfWord[topic][c][_wordAtRank[topic][c][rank]] = rank;
                }
            }
        }

        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] = SampleSpelling.Word(i);
            _ids.Add(_words[i], i);
        }
    }

    /// <summary>Draws one sentence and hands out its words; the line end is the caller's.</summary>
    internal int DrawSentence(ref SampleRandom random, Action<string> word)
    {
        int topic = random.Below(Topics);
        word(_words[OpenerId(topic, random.Draw(_openerByRank))]);
        int length = 1;
        int next = random.Draw(_next[Opener]);
        for (; next != End; next = random.Draw(_next[next]), length++)
        {
            word(_words[(next * WordsOfClass) + _wordAtRank[topic][next][random.Draw(_wordByRank)]]);
        }

        return length;
    }

    /// <summary>
    /// The entropy rate in nats per token, line ends included: Σ π(s) h(s) over the states s of the stationary chain, where h is the
    /// entropy of the next token given the state. (Cover and Thomas, Elements of Information Theory, theorem 4.2.4.)
    /// </summary>
    public double EntropyRate()
    {
        double[] state = StationaryDistribution();
        double wordEntropy = Entropy(_wordByRank);
        double sum = state[Classes + 1] * (Math.Log(Topics) + Entropy(_openerByRank));
        for (int from = 0; from <= Opener; from++)
        {
            sum += state[from] * (Entropy(_next[from]) + ((1 - _next[from][End]) * wordEntropy));
        }

        return sum;
    }

    /// <summary>Minus the log-probability under this source, summed over tokens that begin with a sentence. Nats.</summary>
    /// <param name="tokens">Whole sentences.</param>
    /// <param name="vocabulary">Spells the tokens.</param>
    /// <returns>+∞ where the source cannot have written the text.</returns>
    public double Nats(ReadOnlySpan<int> tokens, Vocabulary vocabulary)
    {
        int[] sourceIds = [.. vocabulary.Words.Select(word => _ids.GetValueOrDefault(word, -1))];
        int endOfLine = vocabulary.TryGetId(Vocabulary.EndOfLine, out int id) ? id : -1;
        double nats = 0;
        int topic = -1;
        int from = End;
        foreach (int token in tokens)
        {
            double probability = 0;
            int word = sourceIds[token];
            if (topic < 0)
            {
                int opener = word - (Classes * WordsOfClass);
                if (opener >= 0)
                {
                    (topic, int rank) = Math.DivRem(opener, OpenersOfTopic);
                    probability = _openerByRank[rank] / Topics;
                    from = Opener;
                }
            }
            else if (token == endOfLine)
            {
                probability = _next[from][End];
                topic = -1;
            }
            else if (word >= 0 && word < Classes * WordsOfClass)
            {
                (int to, int wordOfClass) = Math.DivRem(word, WordsOfClass);
                probability = _next[from][to] * _wordByRank[_rankOfWord[topic][to][wordOfClass]];
                from = to;
            }

            nats -= Math.Log(probability);
            if (double.IsInfinity(nats))
            {
                break;
            }
        }

        return nats;
    }

    /// <summary>The class of a word; <see cref="Classes"/> for openers, −1 for anything else.</summary>
    internal int ClassOf(string word) => _ids.TryGetValue(word, out int id) ? Math.Min(id / WordsOfClass, Classes) : -1;

    private static int OpenerId(int topic, int rank) => (Classes * WordsOfClass) + (topic * OpenersOfTopic) + rank;

    private static double[] DrawSuccessors(int from, ref SampleRandom random)
    {
        var next = new double[Classes + 1];
        double end = from != Opener && from % OneClassInCloses == 0 ? EndAfterClosingClass : 0;
        Array.Fill(next, (1 - end) * AnySuccessor / Classes, 0, Classes);
        next[End] = end;
        double[] shares = Zipf(LikelySuccessors, 1);
        int[] order = random.Permutation(Classes);
        for (int i = 0; i < LikelySuccessors; i++)
        {
            next[order[i]] += (1 - end) * (1 - AnySuccessor) * shares[i];
        }

        return next;
    }

    /// <summary>Of the states: classes, opener, start of a sentence. Averaging two steps takes away any period.</summary>
    private double[] StationaryDistribution()
    {
        const int Start = Classes + 1;
        var state = new double[Classes + 2];
        Array.Fill(state, 1.0 / state.Length);
        for (double change = 1; change > 1e-15;)
        {
            var after = new double[state.Length];
            after[Opener] = state[Start];
            for (int from = 0; from <= Opener; from++)
            {
                for (int to = 0; to < Classes; to++)
                {
                    after[to] += state[from] * _next[from][to];
                }

                after[Start] += state[from] * _next[from][End];
            }

            change = 0;
            for (int i = 0; i < state.Length; i++)
            {
                double mean = (state[i] + after[i]) / 2;
                change = Math.Max(change, Math.Abs(mean - state[i]));
                state[i] = mean;
            }
        }

        return state;
    }

    /// <summary>p(r) ∝ 1/(r + offset), r = 0, 1, …</summary>
    private static double[] Zipf(int count, double offset)
    {
        var weights = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++)
        {
            sum += weights[rank] = 1 / (rank + offset);
        }

        for (int rank = 0; rank < count; rank++)
        {
            weights[rank] /= sum;
        }

        return weights;
    }

    private static double Entropy(double[] probabilities) =>
        -probabilities.Where(p => p > 0).Sum(p => p * Math.Log(p));
}
