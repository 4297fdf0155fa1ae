using System;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.DecisionTable;
using PasswordBoss.EntraConnector.Matching;

namespace PasswordBoss.EntraConnector.MonoSmoke;

/// <summary>Checks the table of addresses on this runtime. Prints each wrong result, and then <c>ADDRESSES right|all</c>.</summary>
internal static class Addresses
{
    internal static int Run()
    {
        var right = 0;
        foreach (var (address, sent) in AddressCases.All)
        {
            var canonical = EmailAddress.Canonical(address);
            var isRoutable = EmailAddress.IsRoutable(canonical);
            var others = AddressCases.All.Where(other => IsSame(address, sent, other.Address, other.Sent) != EmailAddress.Same(address, other.Address)
                || IsSame(address, sent, other.Address, other.Sent) != (EmailAddress.KeyOf(address) == EmailAddress.KeyOf(other.Address))).ToList();
            if (isRoutable == sent is not null && (sent is null || sent == canonical) && others.Count == 0)
            {
                right++;
                continue;
            }

            Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "WRONG {0} -> {1} ({2})", Escaped(address), Escaped(canonical), isRoutable));
            foreach (var other in others)
                Console.WriteLine("WRONG with " + Escaped(other.Address));
        }

        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "ADDRESSES {0} {1}", right, AddressCases.All.Length));
        return 0;
    }

    private static bool IsSame(string left, string? sentLeft, string right, string? sentRight) =>
        left == right || (sentLeft is not null && string.Equals(sentLeft, sentRight, StringComparison.OrdinalIgnoreCase));

    private static string Escaped(string text) => string.Concat(text.Select(c => c is > ' ' and < '\u007F' ? c.ToString() : "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture)));
}
