using System;
using System.Globalization;
using System.IO;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>The connector, and not the system, refuses a file or a path. The reason stays a message, so that each reader gets it in their language.</summary>
internal sealed class RefusedFileException : IOException
{
    /// <param name="reason">The reason.</param>
    public RefusedFileException(Message reason)
        : base(reason.Render(CultureInfo.InvariantCulture)) => Reason = reason;

    /// <summary>The reason.</summary>
    public Message Reason { get; }

    /// <summary>The reason of an error: our message, or the text of the system.</summary>
    /// <param name="exception">The error.</param>
    public static MessageArgument ReasonOf(Exception exception) => exception is RefusedFileException { Reason: var reason } ? reason : FileDraft.WithFileName(exception.Message);
}
