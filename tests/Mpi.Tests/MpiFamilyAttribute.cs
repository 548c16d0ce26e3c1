using System.Reflection;
using Xunit.Sdk;

namespace Compression.Mpi.Tests;

/// <summary>Rows of a theory for a family of MPI; skipped, with what is missing, where the family is not installed.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class MpiFamilyAttribute : DataAttribute
{
    private readonly string _family;

    /// <param name="family">As COMPRESSION_MPI takes it.</param>
    public MpiFamilyAttribute(string family)
    {
        _family = family;
        Skip = Families.Missing(family);
    }

    /// <summary>0: one row, the family's name; n: a row for each number of ranks from 1 to n, which comes after the name.</summary>
    public int UpToRanks { get; init; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        UpToRanks == 0 ? [[_family]] : Enumerable.Range(1, UpToRanks).Select(ranks => new object[] { _family, ranks });
}
