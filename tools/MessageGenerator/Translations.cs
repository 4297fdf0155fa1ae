using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace PasswordBoss.EntraConnector.MessageGenerator;

/// <summary>Compares a language with the original: it must have the same texts, each with the same placeholders.</summary>
internal static class Translations
{
    /// <summary>Reports each difference as an error.</summary>
    /// <param name="output">Receives the errors.</param>
    /// <param name="original">The English texts.</param>
    /// <param name="language">The texts of the language.</param>
    public static void Compare(SourceProductionContext output, TextFile original, TextFile language)
    {
        var expected = new Dictionary<string, TextEntry>(StringComparer.Ordinal);
        foreach (var entry in original.Entries)
            expected[entry.Id] = entry;
        foreach (var entry in language.Entries)
        {
            if (!expected.TryGetValue(entry.Id, out var english))
                output.ReportDiagnostic(Diagnostic.Create(Faults.Superfluous, language.LocationOf(entry), language.Name, entry.Id));
            else if (!string.Equals(entry.PlaceholderList(), english.PlaceholderList(), StringComparison.Ordinal))
                output.ReportDiagnostic(Diagnostic.Create(Faults.OtherPlaceholders, language.LocationOf(entry), language.Name, entry.Id, english.PlaceholderList()));
            expected.Remove(entry.Id);
        }

        foreach (var missing in original.Entries.Where(e => expected.ContainsKey(e.Id)))
            output.ReportDiagnostic(Diagnostic.Create(Faults.Untranslated, language.LocationOf(null), language.Name, missing.Id));
    }
}
