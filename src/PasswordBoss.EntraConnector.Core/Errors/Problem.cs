using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// A problem as a value: plans, reports and checks hold it, and <see cref="ConnectorException"/> throws it where it ends an operation.
/// <see cref="Problems"/> creates each with its texts.
/// </summary>
public sealed record Problem
{
    private readonly string? target;
    private readonly MessageArgument? reason;

    /// <summary>Creates a problem with a sentence or a recommended action other than the usual one of its id.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="text">What happened, and to which object.</param>
    /// <param name="recommendation">The recommended action.</param>
    public Problem(ErrorId id, Message text, Message recommendation)
    {
        Id = id;
        Text = text;
        Recommendation = recommendation;
    }

    /// <summary>The stable id.</summary>
    public ErrorId Id { get; }

    /// <summary>The kind of the problem.</summary>
    public ErrorKind Kind => ErrorCatalog.KindOf(Id);

    /// <summary>What happened, and to which object.</summary>
    public Message Text { get; }

    /// <summary>The recommended action.</summary>
    public Message Recommendation { get; private init; }

    /// <summary>What the problem is about, if not the connection: an address, a group, a path.</summary>
    public string? Target
    {
        get => target;
        private init => target = value is null ? null : UserInfoMask.Apply(value);
    }

    /// <summary>Whether the sentence does not name <see cref="Target"/>; <see cref="Render"/> then adds it.</summary>
    public bool TargetIsUnnamed { get; private init; }

    /// <summary>The reason inside the sentence, such as the message of a server; null if the sentence gives none.</summary>
    public MessageArgument? Reason
    {
        get => reason;
        private init => reason = value?.Masked();
    }

    // The connection that the sentence names; null if it names none.
    private string? Connection { get; init; }

    /// <summary>Whether the sentence names a connection, so that a list of problems of several connections need not add the name.</summary>
    /// <param name="name">The name of the connection.</param>
    public bool NamesConnection(string name) => string.Equals(Connection, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The sentence, with <see cref="Target"/> if it does not name it; for a text that contains it.</summary>
    public Message Sentence => TargetIsUnnamed ? Texts.TextAbout(Target, Text) : Text;

    /// <summary>The cause.</summary>
    public ProblemCause Cause { get; private init; }

    /// <summary>The server's id of the request that failed; null if there is none.</summary>
    public string? RequestId { get; private init; }

    /// <summary>The id that the request was sent with, by which the server's support finds it even without a response; null if there is none.</summary>
    public string? ClientRequestId { get; private init; }

    /// <summary>Whether a later attempt may succeed without any change.</summary>
    public bool IsTransient => ErrorCatalog.IsTransient(Id);

    /// <summary>The same problem about a target.</summary>
    /// <param name="subject">An address, a group, a path; null if it is about the connection.</param>
    /// <param name="targetIsUnnamed">Whether the sentence does not contain the target.</param>
    public Problem About(string? subject, bool targetIsUnnamed = false) => this with { Target = subject, TargetIsUnnamed = targetIsUnnamed };

    /// <summary>The same problem with another recommended action, for cases where the usual one does not help.</summary>
    /// <param name="recommendation">The recommended action.</param>
    public Problem Advising(Message recommendation) => this with { Recommendation = recommendation };

    /// <summary>The same problem with the reason that its sentence contains. The members of <see cref="Problems"/> call this for each sentence that has a value named "reason".</summary>
    /// <param name="text">The reason.</param>
    public Problem WithReason(MessageArgument text) => this with { Reason = text };

    /// <summary>The same problem with the connection that its sentence names. The members of <see cref="Problems"/> call this for each sentence that contains a value named "connection".</summary>
    /// <param name="name">The name of the connection.</param>
    public Problem OfConnection(MessageArgument name) => this with { Connection = name.Text };

    /// <summary>The same problem with a cause.</summary>
    /// <param name="cause">The cause.</param>
    public Problem Because(ProblemCause cause) => this with { Cause = cause };

    /// <summary>The same problem with the ids of the request that failed.</summary>
    /// <param name="requestId">The server's id; null if there is none.</param>
    /// <param name="clientRequestId">The id that it was sent with; null if there is none.</param>
    public Problem OfRequest(string? requestId, string? clientRequestId) => this with { RequestId = requestId, ClientRequestId = clientRequestId };

    /// <summary>The sentence in one language.</summary>
    /// <param name="culture">The language; the current user interface's if null.</param>
    public string Render(CultureInfo? culture = null) => Sentence.Render(culture).TrimEnd();

    /// <inheritdoc/>
    public override string ToString() => Render();

    /// <summary>Creates a problem whose sentence and recommended action have the same arguments.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="sentence">The name of the sentence in <c>Messages.resx</c>.</param>
    /// <param name="advice">The name of the recommended action there.</param>
    /// <param name="arguments">The values for <c>{0}</c>, <c>{1}</c> and so on in both texts.</param>
    internal static Problem Of(ErrorId id, string sentence, string advice, params MessageArgument[] arguments) => new(id, new Message(sentence, arguments), new Message(advice, arguments));
}
