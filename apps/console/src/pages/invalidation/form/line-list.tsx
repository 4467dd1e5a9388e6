import { type CheckedLine, correctInvalidationLines } from "@freshet/core";
import { Button } from "@mantine/core";
import classes from "./form.module.css";

const WORDS = { right: "Right", doubtful: "Check", wrong: "Wrong" } as const;

export interface LineListProps {
  readonly text: string;
  readonly lines: readonly CheckedLine[];
  readonly corrected: (text: string) => void;
}

/** What was understood of each line, with a way to put right what is not. */
export function LineList({ text, lines, corrected }: LineListProps) {
  const correctable = lines.filter(({ correction }) => correction !== undefined);
  return (
    <>
      <div className={classes.headingRow}>
        <h3 className={classes.heading}>What is understood</h3>
        {correctable.length > 0 && (
          <Button size="compact-sm" onClick={() => corrected(correctInvalidationLines(text, lines))}>
            {correctable.length === 1 ? "Correct it" : `Correct all ${correctable.length}`}
          </Button>
        )}
      </div>
      <ol className={classes.lines}>
        {lines.map((line) => (
          <li key={line.start} className={classes.line} data-verdict={line.verdict}>
            <span className={classes.verdict}>{WORDS[line.verdict]}</span>
            <code>{line.text}</code>
            {line.sentence !== undefined && <span className={classes.why}>{line.sentence}</span>}
            {line.correction !== undefined && (
              <span className={classes.correction}>
                <Button
                  variant="default"
                  size="compact-sm"
                  className={classes.correct ?? ""}
                  onClick={() => corrected(correctInvalidationLines(text, [line]))}
                >
                  {line.correction === "" ? "Take it out" : `Write ${line.correction}`}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** The same in a sentence, for who does not see the list. */
export function summaryOf(lines: readonly CheckedLine[]): string {
  if (lines.length === 0) return "";
  const count = (verdict: CheckedLine["verdict"]) => lines.filter((line) => line.verdict === verdict).length;
  const parts = [`${count("right")} right`];
  if (count("doubtful") > 0) parts.push(`${count("doubtful")} to check`);
  if (count("wrong") > 0) parts.push(`${count("wrong")} wrong`);
  return `${lines.length === 1 ? "1 line" : `${lines.length} lines`}: ${parts.join(", ")}.`;
}
