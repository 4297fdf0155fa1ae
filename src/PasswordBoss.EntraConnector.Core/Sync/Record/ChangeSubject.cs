using System;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The user or group of a change, as sentences name it.</summary>
internal static class ChangeSubject
{
    /// <summary>The name; null if there is none.</summary>
    /// <param name="change">The change.</param>
    public static string? Of(ChangeRecord change) => change.Email ?? change.Group ?? change.DisplayName;

    /// <summary>Whether the detail of the change names its subject. Stored records have only the text, so its arguments are searched for the names.</summary>
    /// <param name="change">A change.</param>
    /// <param name="detail">Its detail.</param>
    public static bool IsNamed(ChangeRecord change, Message detail)
    {
        var names = new[] { change.Email, change.Group, change.DisplayName }.Where(n => !string.IsNullOrEmpty(n)).OfType<string>().ToList();
        return names.Count == 0 || names.Any(n => Names(detail, n));
    }

    /// <summary>The detail of the change, with its subject added if missing: a sentence about a server does not contain the user or group that failed.</summary>
    /// <param name="change">A change.</param>
    /// <param name="detail">Its detail.</param>
    public static Message Name(ChangeRecord change, Message detail) =>
        Of(change) is not { } subject || IsNamed(change, detail) ? detail : Texts.TextAbout(subject, detail);

    private static bool Names(Message text, string name) => text.Arguments.Any(a => a.Message is { } inner ? Names(inner, name) : a.Text is { } words && Contains(words, name));

    // As a whole word: the address of Anna is not in a sentence about Joanna.
    private static bool Contains(string argument, string name)
    {
        for (var at = argument.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = argument.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if ((at == 0 || !char.IsLetterOrDigit(argument[at - 1])) && (end == argument.Length || !char.IsLetterOrDigit(argument[end])))
                return true;
        }

        return false;
    }
}
