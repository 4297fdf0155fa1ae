using System.Collections.Generic;
using System.Runtime.CompilerServices;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>Compares planned changes by reference: comparing all their properties would cost more than the rest of a run.</summary>
internal sealed class ReferenceComparer : IEqualityComparer<PlannedChange>
{
    public static readonly ReferenceComparer Instance = new();

    public bool Equals(PlannedChange? x, PlannedChange? y) => ReferenceEquals(x, y);

    public int GetHashCode(PlannedChange obj) => RuntimeHelpers.GetHashCode(obj);
}
