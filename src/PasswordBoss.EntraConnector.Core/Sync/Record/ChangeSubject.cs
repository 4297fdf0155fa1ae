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

    /// <summary>Whether the detail of the change names its subject.</summary>
    /// <param name="change">A change.</param>
    /// <param name="detail">Its detail.</param>
    public static bool IsNamed(ChangeRecord change, Message detail)
    {
        var names = new[] { change.Email, change.Group, change.DisplayName }.Where(n => !string.IsNullOrEmpty(n)).OfType<string>().ToList();
        return names.Count == 0 || names.Any(n => detail.Arguments.Any(a => a.IndexOf(n, StringComparison.OrdinalIgnoreCase) >= 0));
    }

    /// <summary>The detail of the change, with its subject added if missing: a sentence about a server does not contain the user or group that failed.</summary>
    /// <param name="change">A change.</param>
    /// <param name="detail">Its detail.</param>
    public static Message Name(ChangeRecord change, Message detail) =>
        Of(change) is not { } subject || IsNamed(change, detail) ? detail : Texts.TextAbout(subject, detail.Render());
}
