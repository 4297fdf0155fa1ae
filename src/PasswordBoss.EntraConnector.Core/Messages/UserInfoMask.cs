using System;
using System.Collections;
using System.Text;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// Masks the user info in addresses (RFC 3986 section 3.2.1). The part before the <c>@</c> may be a password, and platforms copy the configured address of a
/// proxy
/// into their messages. <see cref="Message"/> and <see cref="ConnectorException"/> mask all their arguments.
/// </summary>
public static class UserInfoMask
{
    private const string Separator = "://";
    private const string Mask = "***";

    /// <summary>The text with the user info of each address replaced.</summary>
    /// <param name="text">Any text.</param>
    public static string Apply(string text)
    {
        var separator = text.IndexOf(Separator, StringComparison.Ordinal);
        if (separator < 0)
            return text;
        StringBuilder? masked = null;
        var kept = 0;
        for (; separator >= 0; separator = text.IndexOf(Separator, separator + 1, StringComparison.Ordinal))
        {
            var start = separator + Separator.Length;
            var end = EndOfAuthority(text, start);
            // A password that is not percent-encoded may contain an @.
            var at = end == start ? -1 : text.LastIndexOf('@', end - 1, end - start);
            if (at <= start || string.CompareOrdinal(text, start, Mask, 0, at - start) == 0)
                continue;
            (masked ??= new StringBuilder(text.Length)).Append(text, kept, start - kept).Append(Mask);
            kept = at;
        }

        return masked?.Append(text, kept, text.Length - kept).ToString() ?? text;
    }

    /// <summary>The exception itself if neither it nor its causes show user info; otherwise a copy with masked texts.</summary>
    /// <param name="exception">Any exception.</param>
    public static Exception? Apply(Exception? exception) => exception is not null && Shows(exception) ? new MaskedException(exception) : exception;

    private static int EndOfAuthority(string text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] is not ('/' or '"' or '<' or '>') && !char.IsWhiteSpace(text[end]))
            end++;
        return end;
    }

    private static bool Shows(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (IsMasked(cause.Message) || ShowsData(cause.Data))
                return true;
            if (cause is AggregateException several)
            {
                foreach (var one in several.InnerExceptions)
                {
                    if (Shows(one))
                        return true;
                }
            }
        }

        return false;
    }

    private static bool ShowsData(IDictionary data)
    {
        foreach (DictionaryEntry entry in data)
        {
            if (IsMasked(entry.Key.ToString() ?? "") || IsMasked(entry.Value?.ToString() ?? ""))
                return true;
        }

        return false;
    }

    private static bool IsMasked(string text) => !ReferenceEquals(Apply(text), text);
}

/// <summary>The masked texts of an exception whose own texts would show a password. Keeps no reference to the original.</summary>
internal sealed class MaskedException : Exception
{
    private readonly string whole;

    /// <summary>Copies the texts and masks them.</summary>
    /// <param name="original">The exception.</param>
    public MaskedException(Exception original)
        : base(UserInfoMask.Apply(original.Message), UserInfoMask.Apply(original.InnerException))
    {
        whole = UserInfoMask.Apply(original.ToString());
        StackTrace = original.StackTrace;
        Source = original.Source;
        HResult = original.HResult;
    }

    /// <inheritdoc/>
    public override string? StackTrace { get; }

    /// <inheritdoc/>
    public override string ToString() => whole;
}
