/** Runs a script that makes a global. */
export const loadScript = (src) => added(Object.assign(document.createElement('script'), { src }));

export const loadStyle = (href) =>
  added(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }));

const added = (element) =>
  new Promise((resolve, reject) => {
    element.addEventListener('load', resolve);
    element.addEventListener('error', () => {
      element.remove();
      reject(new Error(`${element.src ?? element.href} cannot be loaded`));
    });
    document.head.append(element);
  });
