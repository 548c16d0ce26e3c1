using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Training.Data.Lm1b;

/// <summary>The words of a <see cref="Threefry"/> stream one after another.</summary>
/// <param name="key">From <see cref="Core.Contracts.RandomKey"/>.</param>
internal struct RandomWords(ulong key)
{
    private readonly Threefry _random = new(key);
    private readonly uint[] _words = new uint[Threefry.BlockLength];
    private int _used = Threefry.BlockLength;
    private int _block;

    /// <summary>32 random bits.</summary>
    public uint Next()
    {
        if (_used == Threefry.BlockLength)
        {
            _random.Block(_block++, out var first, out var second);
            first.CopyTo(_words);
            second.CopyTo(_words, Threefry.BlockLength / 2);
            _used = 0;
        }

        return _words[_used++];
    }

    /// <summary>Uniform on 0 to <paramref name="count"/>−1; no number is favoured by more than 2⁻³² times the count.</summary>
    public int Below(int count) => (int)(((ulong)Next() * (ulong)count) >> 32);
}
